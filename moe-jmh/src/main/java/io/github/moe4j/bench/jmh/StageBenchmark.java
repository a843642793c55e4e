package io.github.moe4j.bench.jmh;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.internal.SingleThreadedBlas;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Each stage of a float32 layer separately, with the memory that a pass borrows for it. Routing
 * does not depend on the load, so it is measured once per shape.
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -jar moe-bench/target/moe-bench.jar jmh StageBenchmark -prof gc -rf json -rff stages.json
 * java --add-modules jdk.incubator.vector -jar moe-bench/target/moe-bench.jar jmh-table stages.json
 * }</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class StageBenchmark {
  /** Called by JMH. */
  public StageBenchmark() {}

  /** A router, with BLAS as it is in a pass. */
  @State(Scope.Benchmark)
  public static class Routed extends BenchedShape {
    private final Arena arena = new Arena();
    private SingleThreadedBlas lease;

    /** Called by JMH. */
    public Routed() {}

    /** Builds the router, routes once and checks that every token gets its experts. */
    @Setup(Level.Trial)
    public void check() {
      buildRouter();
      lease = SingleThreadedBlas.leaseFor(sizes.tokens());
      int assignments = route();
      if (assignments != sizes.tokens() * sizes.k()) {
        throw new IllegalStateException("the router made " + assignments + " assignments");
      }
    }

    private int route() {
      try (Arena.Scope scope = arena.open()) {
        return router.route(input(), scope).decision().assignments().size();
      }
    }

    /** Restores BLAS's threads. */
    @TearDown(Level.Trial)
    public void release() {
      lease.close();
    }
  }

  /** Linear gate and top-k. */
  @Benchmark
  public int route(Routed of) {
    return of.route();
  }

  /** The plan of the rows. */
  @Benchmark
  public DispatchPlan plan(BenchedStages of) {
    return DispatchPlan.of(of.given);
  }

  /** Token rows to experts. */
  @Benchmark
  public INDArray gather(BenchedStages of) {
    Arena.Scope scope = of.nextScope();
    INDArray xR = scope.take(DataType.FLOAT, of.plan.rows(), of.sizes.width());
    WeightAt.OUTPUT.dispatch(of.plan, of.x, xR);
    return xR;
  }

  /** The experts on their rows, in evaluation. */
  @Benchmark
  public INDArray experts(BenchedStages of) {
    Arena.Scope scope = of.nextScope();
    ExpertsPass run = of.experts.run(of.xR, of.expertStart, PassMode.evaluation(), scope);
    return run.y();
  }

  /** Weighted rows back to tokens. */
  @Benchmark
  public INDArray combine(BenchedStages of) {
    Arena.Scope scope = of.nextScope();
    INDArray y = scope.take(DataType.FLOAT, of.sizes.tokens(), of.sizes.width());
    WeightAt.OUTPUT.combine(of.plan, of.yR, y);
    return y;
  }

  /** The experts in training and their backward, with all gradients. */
  @Benchmark
  public INDArray expertsBackward(BenchedStages of) {
    Arena.Scope scope = of.nextScope();
    ExpertsPass run = of.experts.run(of.xR, of.expertStart, PassMode.training(), scope);
    INDArray dxR = scope.takeZeros(DataType.FLOAT, of.plan.rows(), of.sizes.width());
    run.backward(of.dyR, dxR, of.gradients.part("experts"));
    return dxR;
  }
}
