package io.github.moe4j.core;

import io.github.moe4j.core.StageClock.Stage;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass of a {@link MoeLayer}: outputs, decision, plan, load, and its backward. Everything
 * except the backward stays readable after {@link #close}. A pass for {@link PassMode#inference} has
 * neither decision nor plan.
 *
 * <p>Used by one thread at a time.
 */
public final class MoePass implements FeedForwardPass, MoePasses {
  private final MoeLayer layer;
  private final TokenBatch input;
  private final Parts parts;
  private final INDArray y;
  private final Arena.Scope scope;
  private final PassGuard guard;

  /** Counted while the decision can be read, if it is not kept. */
  private final @Nullable LoadStatistics counts;

  /** Null until it is first read, if that of forward was in returned memory. */
  private @Nullable DispatchPlan plan;

  private final Parallel.@Nullable Team team = Parallel.team();
  private StageTimes times;
  private RoutingGradient balance = RoutingGradient.none();

  /**
   * What the stages of forward returned.
   *
   * @param dispatched null if the layer itself dispatched and combined
   */
  record Parts(
      RouterPass routing,
      CapacityPass capacity,
      DispatchPlan plan,
      ExpertsPass experts,
      @Nullable DispatchedPass dispatched,
      @Nullable FeedForwardPass shared) {}

  MoePass(
      MoeLayer layer,
      TokenBatch input,
      Parts parts,
      INDArray y,
      StageTimes times,
      Arena.Scope scope) {
    this.layer = layer;
    this.input = input;
    this.parts = parts;
    this.y = y;
    this.times = inParts(times);
    this.scope = scope;
    this.counts = input.mode().keepsDecision()
        ? null
        : LoadStatistics.ofCounts(parts.routing().decision(), parts.capacity())
            .with(parts.experts());
    this.plan = input.mode().isDifferentiable() ? parts.plan() : null;
    // Gives the memory back if no backward is to come.
    this.guard = new PassGuard(layer.describe(), layer, input, scope);
  }

  /** Times with those of the experts divided. */
  private StageTimes inParts(StageTimes whole) {
    DispatchedPass dispatched = parts.dispatched();
    return whole.withParts(
        ExchangeTimed.nanosOf(dispatched == null ? parts.experts() : dispatched),
        ActivationTimed.shareOf(parts.experts()));
  }

  @Override
  public INDArray y() {
    return y;
  }

  @Override
  public List<MoePass> moe() {
    List<MoePass> all = new ArrayList<>(List.of(this));
    all.addAll(MoePasses.in(parts.experts()));
    FeedForwardPass shared = parts.shared();
    if (shared != null) {
      all.addAll(MoePasses.in(shared));
    }
    return List.copyOf(all);
  }

  /**
   * Adds the gradient of a balance loss to the backward of this pass.
   *
   * @param gradient with respect to {@link #decision}; if computed by a loss, it must be that of
   *     this decision, otherwise it must have its shape
   * @throws IllegalStateException if the backward has run already or the pass has none
   * @throws IllegalArgumentException if it is the gradient of another decision
   */
  public void addBalance(RoutingGradient gradient) {
    guard.requireOpen("addBalance");
    gradient.requireOf(decision(), layer.describe());
    balance = balance.plus(gradient);
  }

  /**
   * Checks that the backward is still to come, for what changes several passes, and none if one of them refuses.
   *
   * @param operation for the error
   * @throws IllegalStateException if the backward has run already, the pass has none or is closed
   */
  public void requireOpen(String operation) {
    guard.requireOpen(operation);
  }

  /** The name of the layer, {@link MoeLayer#name}. */
  public String layer() {
    return layer.name();
  }

  /** Whether the pass trains or evaluates, and at which step. */
  public PassMode mode() {
    return input.mode();
  }

  /**
   * The router's decision; balance losses read it.
   *
   * @throws IllegalStateException if the input was for {@link PassMode#inference}
   */
  public RouterDecision decision() {
    requireKept("decision");
    return parts.routing().decision();
  }

  /**
   * The rows of the kept assignments.
   *
   * @throws IllegalStateException if the input was for {@link PassMode#inference}
   */
  public DispatchPlan plan() {
    requireKept("plan");
    DispatchPlan known = plan;
    if (known == null) {
      known = DispatchPlan.of(parts.capacity(), layer.experts());
      plan = known;
    }
    return known;
  }

  private void requireKept(String what) {
    if (!input.mode().keepsDecision()) {
      throw new IllegalStateException(what + " of " + layer.describe()
          + " was not kept because the input was for inference: use TokenBatch.evaluation");
    }
  }

  /** Number of dropped assignments. */
  public int dropped() {
    return parts.capacity().dropped();
  }

  /** The load of this pass by expert; without entropy (NaN) if the input was for {@link PassMode#inference}. */
  public LoadStatistics load() {
    return counts != null
        ? counts
        : LoadStatistics.of(decision(), parts.capacity()).with(parts.experts());
  }

  /** Time spent so far in this pass, backward included once it has run. */
  public StageTimes times() {
    return times;
  }

  /**
   * {@link #backward(INDArray, INDArray, Gradients)} into new arrays, which the caller owns.
   *
   * @throws IllegalStateException if the backward has run already or the pass has none, or x or a parameter was
   *     changed since forward
   */
  public MoeGradients backward(INDArray dy) {
    guard.requireOpen("backward"); // before large arrays are made in vain
    Gradients gradients = layer.parameters().zeroGradients();
    INDArray dx = Allocate.zeros(y.dataType(), input.tokens(), input.width());
    backward(dy, dx, gradients);
    return new MoeGradients(dx, gradients);
  }

  @Override
  public void backward(INDArray dy, INDArray dx, Gradients into) {
    guard.backward(dy, dx, into, upstream -> {
      SingleThreadedBlas lease = SingleThreadedBlas.leaseFor(input.tokens());
      try {
        Parallel.in(team, () -> pullBack(upstream, dx, into));
      } finally {
        lease.close();
      }
    });
  }

  private void pullBack(INDArray dy, INDArray dx, Gradients into) {
    StageClock clock = StageClock.backward();
    DispatchedPass dispatched = parts.dispatched();
    double[] dWeights = dispatched == null
        ? backwardOfRows(dy, dx, into, clock)
        : backwardOf(dispatched, dy, dx, into, clock);
    int kept = parts.capacity().kept().size();
    if (dWeights.length < kept) {
      dWeights = Arrays.copyOf(dWeights, kept); // zero for filler rows that were not computed
    }
    RoutingGradient dDecision = parts.capacity().backward(dWeights).plus(balance);
    parts.routing().backward(dDecision, dx, into.part("router"));
    clock.end(Stage.ROUTE);
    clock.commit(layer.name(), decision(), dropped(), parts.experts());
    // Exchange and share are those of both directions, so they divide the time of both.
    times = inParts(times.plus(clock.times()));
  }

  private double[] backwardOfRows(INDArray dy, INDArray dx, Gradients into, StageClock clock) {
    WeightAt weightAt = layer.weightAt();
    DispatchPlan plan = plan();
    INDArray dyR = scope.take(dy.dataType(), plan.rows(), input.width());
    double[] dWeights = weightAt.combineBackward(plan, dy, parts.experts().y(), dyR);
    clock.end(Stage.COMBINE);
    INDArray dxR = scope.takeZeros(dy.dataType(), plan.rows(), input.width());
    parts.experts().backward(dyR, dxR, into.part("experts"));
    backwardOfShared(dy, dx, into);
    clock.end(Stage.EXPERTS);
    weightAt.dispatchBackward(plan, input.x(), dxR, dx, dWeights);
    clock.end(Stage.DISPATCH);
    return dWeights;
  }

  /** The shared expert comes first, as above: sums into dx have one order. */
  private double[] backwardOf(
      DispatchedPass dispatched, INDArray dy, INDArray dx, Gradients into, StageClock clock) {
    clock.end(Stage.COMBINE);
    INDArray read = dy;
    if (parts.shared() != null) { // it adds into dx, which may be dy
      read = scope.take(dy.dataType(), dy.shape());
      if (!dy.isEmpty()) {
        read.assign(dy);
      }
      backwardOfShared(dy, dx, into);
    }
    double[] dWeights = dispatched.backward(read, dx, into.part("experts"));
    clock.end(Stage.EXPERTS);
    clock.end(Stage.DISPATCH);
    return dWeights;
  }

  private void backwardOfShared(INDArray dy, INDArray dx, Gradients into) {
    FeedForwardPass shared = parts.shared();
    if (shared != null) {
      shared.backward(dy, dx, into.part("shared"));
    }
  }

  /** Layer, mode, tokens and load, such as {@code pass of layer moe, training: 64 tokens, …}. */
  @Override
  public String toString() {
    return "pass of %s, %s: %s".formatted(layer.describe(), input.mode(), load());
  }

  @Override
  public void close() {
    guard.close();
  }
}
