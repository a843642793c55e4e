package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Memory over many calls with changing numbers of tokens, and Java garbage of calls.
 *
 * @param changing shape of the many calls; its tokens are the most
 * @param calls how many, at least 10
 * @param fixed shapes whose garbage is measured
 */
record SteadyPart(LayerShape changing, int calls, List<LayerShape> fixed, Timing timing)
    implements ScalingPart {
  private static final int LEAST_GARBAGE_CALLS = 20;

  /** So that a step of progress takes about as long as a sample of other parts. */
  private static final int CALLS_A_STEP = 50;

  SteadyPart {
    Require.that(calls >= 10, "calls must be at least 10 but was %d", calls);
  }

  /** All figures. */
  record Figures(List<MemoryPoint> memory, List<GarbageRow> garbage) {}

  /**
   * Java garbage at a fixed number of tokens.
   *
   * @param kilobytes of a call, by all threads; NaN if this JVM does not report it
   * @param inferenceKilobytes the same for inputs of {@code TokenBatch.inference}
   */
  record GarbageRow(LayerShape shape, int calls, double kilobytes, double inferenceKilobytes) {}

  @Override
  public String name() {
    return "steady";
  }

  @Override
  public long steps() {
    return calls / CALLS_A_STEP + 2 * fixed.size() * timing.warmUpSteps();
  }

  @Override
  public Result measure(Consumer<String> progress) {
    progress.accept("steady, " + calls + " calls");
    List<MemoryPoint> memory = memory();
    List<GarbageRow> garbage = new ArrayList<>();
    for (LayerShape shape : fixed) {
      progress.accept("steady, garbage of " + shape.name());
      garbage.add(garbage(shape));
    }
    Figures figures = new Figures(memory, garbage);
    return new Result(SteadyTable.of(changing, figures), figures);
  }

  private List<MemoryPoint> memory() {
    MoeLayer layer = ShapedLayer.of(changing);
    SplittableRandom random = new SplittableRandom(3);
    List<MemoryPoint> points = new ArrayList<>();
    try (INDArray x = ShapedLayer.tokens(changing, random)) {
      List<TokenBatch> inputs = IntStream.rangeClosed(1, changing.tokens())
          .mapToObj(t -> TokenBatch.evaluation(x.get(NDArrayIndex.interval(0, t))))
          .toList();
      System.gc(); // what other parts left
      for (int call = 1; call <= calls; call++) {
        timing.watch().leaveIfAsked();
        layer.forward(inputs.get(random.nextInt(inputs.size()))).close();
        if (call == calls / 10 || call == calls) {
          points.add(MemoryPoint.after(call));
        }
        if (call % CALLS_A_STEP == 0) {
          timing.watch().step(1);
        }
      }
    } finally {
      ShapedLayer.close(layer);
    }
    return points;
  }

  private GarbageRow garbage(LayerShape shape) {
    MoeLayer layer = ShapedLayer.of(shape);
    try (BenchedPass evaluation = BenchedPass.forward(layer, shape);
        BenchedPass inference = BenchedPass.inference(layer, shape)) {
      int number = Math.max(LEAST_GARBAGE_CALLS, 10 * timing.warmUp(evaluation));
      double kilobytes = JavaGarbage.bytesOf(evaluation, number) / 1024;
      timing.warmUp(inference);
      return new GarbageRow(
          shape, number, kilobytes, JavaGarbage.bytesOf(inference, number) / 1024);
    } finally {
      ShapedLayer.close(layer);
    }
  }
}
