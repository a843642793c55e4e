package io.github.moe4j.bench.jmh;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeForward;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.Switch;
import io.github.moe4j.routing.TopK;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
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
 * Forward pass, and forward with backward, of a whole float32 layer of SwiGLU experts.
 *
 * <pre>{@code
 * java -jar moe-bench/target/moe-bench.jar jmh MoeLayerBenchmark -p shape=512x256x512x16 -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class MoeLayerBenchmark {
  /** Sizes TxDxHxE. */
  @Param({"2048x512x1792x8", "2048x512x256x64", "512x256x512x16", "1x512x1792x8"})
  public String shape = "";

  /** The routing rule, with two choices where it has a choice. */
  @Param({"topk", "switch"})
  public String router = "";

  private MoeLayer layer;
  private INDArray x;
  private INDArray dy;
  private INDArray dx;
  private Gradients gradients;

  /** Called by JMH. */
  public MoeLayerBenchmark() {}

  /** Builds the layer and its input, and checks that every token reaches its experts. */
  @Setup(Level.Trial)
  public void build() {
    int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    int tokens = sizes[0];
    int width = sizes[1];
    int experts = sizes[3];
    RoutingRule rule = router.equals("topk") ? TopK.of(2) : new Switch();
    int choices = router.equals("topk") ? 2 : 1;
    layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(experts, width, DataType.FLOAT, 1), rule),
        GluExperts.create(ExpertOptions.of(experts, width, sizes[2]), 2));
    SplittableRandom random = new SplittableRandom(3);
    x = Initializer.normal(1).create(DataType.FLOAT, random, tokens, width);
    dy = Initializer.normal(1).create(DataType.FLOAT, random, tokens, width);
    dx = Nd4j.create(DataType.FLOAT, tokens, width);
    gradients = layer.parameters().zeroGradients();
    try (MoeForward pass = layer.forward(MoeInput.of(x))) {
      long load = Arrays.stream(pass.load().kept()).sum();
      if (load != (long) choices * tokens || Double.isNaN(pass.y().sumNumber().doubleValue())) {
        throw new IllegalStateException("the layer is wrong: load " + load);
      }
    }
  }

  /** One forward pass. */
  @Benchmark
  public int forward() {
    try (MoeForward pass = layer.forward(MoeInput.of(x))) {
      return pass.dropped();
    }
  }

  /** One forward and one backward pass with all gradients. */
  @Benchmark
  public int forwardBackward() {
    try (MoeForward pass = layer.forward(MoeInput.of(x))) {
      pass.backward(dy, dx, gradients);
      return pass.dropped();
    }
  }
}
