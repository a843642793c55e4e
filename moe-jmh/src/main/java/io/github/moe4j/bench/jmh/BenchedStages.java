package io.github.moe4j.bench.jmh;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The inputs of each stage of a layer, computed by the previous stage. */
@State(Scope.Benchmark)
public class BenchedStages extends BenchedLayer {
  final Arena arena = new Arena();
  DispatchPlan plan;
  int[] expertStart;
  INDArray xR;
  INDArray yR;
  INDArray dyR;
  private Arena.Scope scope = arena.open();
  private SingleThreadedBlas lease;

  /** Called by JMH. */
  public BenchedStages() {}

  /** Builds all, runs the stages once, and keeps BLAS as a pass does until all is measured. */
  @Setup(Level.Trial)
  public void buildStages() {
    buildLayer();
    lease = SingleThreadedBlas.leaseFor(sizes.tokens());
    plan = DispatchPlan.of(given);
    expertStart = plan.expertStart();
    xR = Nd4j.create(DataType.FLOAT, plan.rows(), sizes.width());
    WeightAt.OUTPUT.dispatch(plan, x, xR);
    dyR = normal(5, plan.rows());
    try (Arena.Scope scope = arena.open()) {
      ExpertsPass run = experts.run(xR, expertStart, PassMode.evaluation(), scope);
      yR = run.y().dup('c');
    }
    requireFinite("yR", yR);
  }

  /** Memory of the next stage; that of the one before is given back. */
  Arena.Scope nextScope() {
    scope.close();
    scope = arena.open();
    return scope;
  }

  /** Restores BLAS's threads. */
  @TearDown(Level.Trial)
  public void release() {
    lease.close();
  }
}
