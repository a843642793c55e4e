package io.github.moe4j.bench.jmh;

import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Forward pass, and forward with backward in training, of a whole float32 layer of SwiGLU experts. The
 * router computes like learned top-k, but the load is given.
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -jar moe-bench/target/moe-bench.jar jmh MoeLayerBenchmark -p shape=small -prof gc
 * }</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class MoeLayerBenchmark {
  /** Called by JMH. */
  public MoeLayerBenchmark() {}

  /** A layer and gradients of what it reads and writes. */
  @State(Scope.Benchmark)
  public static class Layer extends BenchedLayer {
    INDArray dy;
    INDArray dx;

    /** Called by JMH. */
    public Layer() {}

    /** Builds the layer and the gradients. */
    @Setup(Level.Trial)
    public void buildAll() {
      buildLayer();
      dy = normal(5, sizes.tokens());
      dx = Nd4j.create(DataType.FLOAT, sizes.tokens(), sizes.width());
    }
  }

  /** One forward pass. */
  @Benchmark
  public int forward(Layer of) {
    try (MoePass pass = of.layer.forward(of.input())) {
      return pass.dropped();
    }
  }

  /** One forward and one backward pass in training, with all gradients. */
  @Benchmark
  public int forwardBackward(Layer of) {
    try (MoePass pass = of.layer.forward(TokenBatch.training(of.x))) {
      pass.backward(of.dy, of.dx, of.gradients);
      return pass.dropped();
    }
  }
}
