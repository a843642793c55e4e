package io.github.moe4j.bench.jmh;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.balance.catalogue.LossSizes;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.lab.balance.StudiedDevices;
import io.github.moe4j.routing.BatchwiseMask;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.NoisyTopK;
import io.github.moe4j.routing.TopK;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Each loss with its gradient for the decision of one layer, and the layer's forward pass to compare
 * with: T = 2048 in 16 sequences, D = 512, H = 1792, E = 8, K = 2, float32.
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -jar moe-bench/target/moe-bench.jar jmh LossBenchmark -rf json -rff losses.json
 * java --add-modules jdk.incubator.vector -jar moe-bench/target/moe-bench.jar balance --times losses.json
 * }</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LossBenchmark {
  private static final int TOKENS = 2048;
  private static final int SEQUENCE = 128;
  private static final int WIDTH = 512;
  private static final int HIDDEN = 1792;
  private static final int EXPERTS = 8;
  private static final int K = 2;
  private static final String USUAL = "switch";

  /** Called by JMH. */
  public LossBenchmark() {}

  /** A loss and what it reads. */
  @State(Scope.Benchmark)
  public static class Decided {
    /** The name of a loss in the catalogue; the command {@code jmh} measures all by default. */
    @Param(USUAL)
    public String loss = USUAL;

    private BalanceLoss built = create(LossCatalogue.load().get(USUAL));
    private RouterDecision decision = decide(router(LossCatalogue.load().get(USUAL)));

    /** Called by JMH. */
    public Decided() {}

    /** Builds the loss and a decision of a router that it suits. */
    @Setup(Level.Trial)
    public void build() {
      LossProvider entry = LossCatalogue.load().get(loss);
      built = create(entry);
      decision = decide(router(entry));
      double value = built.evaluate(decision).value();
      if (!Double.isFinite(value) || value == 0) {
        throw new IllegalStateException(loss + " is " + value);
      }
    }
  }

  /** A layer. */
  @State(Scope.Benchmark)
  public static class Layer {
    private final MoeLayer built = MoeLayer.of(
        router(LossCatalogue.load().get(USUAL)),
        GluExperts.create(ExpertOptions.of(EXPERTS, WIDTH, HIDDEN), 2));
    private final TokenBatch input = input();

    /** Called by JMH. */
    public Layer() {}
  }

  private static BalanceLoss create(LossProvider entry) {
    return entry.create(1, new LossSizes(EXPERTS, K, StudiedDevices.count(EXPERTS)));
  }

  /** One whose decisions provide the scores that the loss reads. */
  private static Router router(LossProvider entry) {
    LinearGate gate = LinearGate.create(EXPERTS, WIDTH, DataType.FLOAT, 1);
    if (entry.reads().contains(Kind.SELECTION)) {
      return NoisyTopK.create(EXPERTS, WIDTH, K, DataType.FLOAT);
    }
    return entry.reads().contains(Kind.MARGINS)
        ? GatedRouter.of(gate, BatchwiseMask.create(K, EXPERTS, DataType.FLOAT))
        : GatedRouter.of(gate, TopK.of(K));
  }

  private static TokenBatch input() {
    INDArray x =
        Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), TOKENS, WIDTH);
    return TokenBatch.training(x, new SplittableRandom(5)).withSequenceLength(SEQUENCE);
  }

  private static RouterDecision decide(Router router) {
    RouterPass routing = router.route(input());
    return routing.decision();
  }

  /** The loss and its gradient. */
  @Benchmark
  public double loss(Decided decided) {
    return decided.built.evaluate(decided.decision).value();
  }

  /** One forward pass of the layer. */
  @Benchmark
  public int layer(Layer layer) {
    try (MoePass pass = layer.built.forward(layer.input)) {
      return pass.dropped();
    }
  }
}
