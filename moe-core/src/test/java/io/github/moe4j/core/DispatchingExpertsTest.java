package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.PaddedToCapacity;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

@ExtendWith(Seeds.class)
class DispatchingExpertsTest {
  private static final int D = 6;
  private static final int E = 4;
  private static final Duration DELAY = Duration.ofMillis(10);
  private static final int[][] CHOICE = {{0, 2}, {1}, {2, 0}, {0, 1, 2}, {0}};

  /** Experts that do what a layer does. */
  private record Own(Experts inner, Runnable delay) implements DispatchingExperts {
    Own(Experts inner) {
      this(inner, () -> {});
    }

    @Override
    public int experts() {
      return inner.experts();
    }

    @Override
    public int modelWidth() {
      return inner.modelWidth();
    }

    @Override
    public NamedArrays parameters() {
      return inner.parameters();
    }

    @Override
    public boolean computesFillers() {
      return false;
    }

    @Override
    public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
      throw new AssertionError("the layer dispatched");
    }

    @Override
    public DispatchedPass run(
        DispatchPlan plan, WeightAt weightAt, INDArray x, PassMode mode, Arena.Scope scope) {
      INDArray xR = scope.take(x.dataType(), plan.rows(), D);
      weightAt.dispatch(plan, x, xR);
      delay.run();
      ExpertsPass run = inner.run(xR, plan.expertStart(), mode, scope);
      return new Run(plan, weightAt, x, run, scope, delay);
    }
  }

  private record Run(
      DispatchPlan plan,
      WeightAt weightAt,
      INDArray x,
      ExpertsPass run,
      Arena.Scope scope,
      Runnable delay)
      implements DispatchedPass, ExchangeTimed {
    @Override
    public void combine(INDArray y) {
      weightAt.combine(plan, run.y(), y);
    }

    @Override
    public double[] backward(INDArray dy, INDArray dx, Gradients into) {
      delay.run();
      INDArray dyR = scope.take(dy.dataType(), plan.rows(), D);
      double[] dWeights = weightAt.combineBackward(plan, dy, run.y(), dyR);
      INDArray dxR = scope.takeZeros(dy.dataType(), plan.rows(), D);
      run.backward(dyR, dxR, into);
      weightAt.dispatchBackward(plan, x, dxR, dx, dWeights);
      return dWeights;
    }

    @Override
    public long exchangeNanos() {
      return Long.MAX_VALUE;
    }
  }

  /** A router whose backward takes a while. */
  private record SlowBackward(Router inner) implements Router {
    @Override
    public int experts() {
      return inner.experts();
    }

    @Override
    public int modelWidth() {
      return inner.modelWidth();
    }

    @Override
    public NamedArrays parameters() {
      return inner.parameters();
    }

    @Override
    public RouterPass route(TokenBatch input, Arena.Scope scope) {
      RouterPass pass = inner.route(input, scope);
      return new RouterPass() {
        @Override
        public RouterDecision decision() {
          return pass.decision();
        }

        @Override
        public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
          delay();
          pass.backward(gradient, dx, into);
        }
      };
    }
  }

  private static void delay() {
    try {
      Thread.sleep(DELAY.toMillis());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MoeLayer layer(Experts experts, CapacityRule capacity, WeightAt place) {
    INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), E, D);
    return MoeLayer.builder(FixedRouter.of(weight, CHOICE), experts)
        .capacity(capacity)
        .weightAt(place)
        .sharedExpert(DenseFeedForward.of(
            FfnExperts.create(ExpertOptions.of(1, D, 3).withDataType(DataType.DOUBLE), 4)))
        .build();
  }

  @ParameterizedTest
  @EnumSource(WeightAt.class)
  void forwardBackward_ownDispatch_bitsOfTheLayers(WeightAt place) {
    Experts experts = GluExperts.create(
        ExpertOptions.of(E, D, 5).withDataType(DataType.DOUBLE).withBiases(true), 7);
    CapacityRule padded = PaddedToCapacity.of(LimitedCapacity.of(CapacityFormula.fixed(3)));
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 7, D);
    INDArray dy = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 7, D);
    try (MoePass pass = layer(experts, padded, place).forward(TokenBatch.training(x));
        MoePass own = layer(new Own(experts), padded, place).forward(TokenBatch.training(x))) {
      assertSameBits("y", pass.y(), own.y());
      assertTrue(own.plan().rows() < pass.plan().rows(), "filler rows are not computed");
      MoeGradients expected = pass.backward(dy);
      MoeGradients actual = own.backward(dy);

      assertSameBits("dx", expected.dx(), actual.dx());
      expected
          .parameters()
          .forEach(
              (name, array) -> assertSameBits(name, array, actual.parameters().get(name)));
    }
  }

  @Test
  void events_ownDispatch_eachLastsAsLongAsItsStage(@TempDir Path folder) throws IOException {
    Experts experts = GluExperts.create(ExpertOptions.of(E, D, 5).withDataType(DataType.DOUBLE), 7);
    MoeLayer plain = layer(experts, new Dropless(), WeightAt.OUTPUT);
    MoeLayer slow = plain.toBuilder(
            new SlowBackward(plain.router()), new Own(experts, DispatchingExpertsTest::delay))
        .build();
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 7, D);
    slow.forward(TokenBatch.training(x)).backward(x); // loads classes
    List<String> stages = List.of("Route", "Dispatch", "Experts", "Combine");
    Path file = folder.resolve("test.jfr");
    try (Recording recording = new Recording()) {
      stages.forEach(stage -> recording.enable("moe4j." + stage).withoutThreshold());
      recording.start();
      try (MoePass pass = slow.forward(TokenBatch.training(x))) {
        pass.backward(x);
      }
      recording.stop();
      recording.dump(file);
    }
    Map<String, Duration> durations = new TreeMap<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      String direction = event.getBoolean("backward") ? " backward" : " forward";
      durations.put(event.getEventType().getName() + direction, event.getDuration());
    }
    assertEquals(8, durations.size());
    // The clock of the events may differ a little from that of the delays.
    Duration least = DELAY.multipliedBy(9).dividedBy(10);
    for (String slowStage :
        List.of("moe4j.Experts forward", "moe4j.Experts backward", "moe4j.Route backward")) {
      assertTrue(durations.get(slowStage).compareTo(least) >= 0, slowStage + " of " + durations);
    }
  }

  @Test
  void times_exchange_isTakenFromThatOfTheExperts() {
    Experts experts = GluExperts.create(ExpertOptions.of(E, D, 5).withDataType(DataType.DOUBLE), 7);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 7, D);
    try (MoePass pass =
            layer(experts, new Dropless(), WeightAt.OUTPUT).forward(TokenBatch.training(x));
        MoePass own = layer(new Own(experts), new Dropless(), WeightAt.OUTPUT)
            .forward(TokenBatch.training(x))) {
      assertEquals(0, pass.times().exchange());
      assertTrue(own.times().exchange() > 0);
      assertEquals(0, own.times().experts(), "not more than the whole");
    }
  }
}
