package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import io.github.moe4j.core.internal.watch.PassEvents;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass of a {@link MoeLayer}: outputs, router decision, load, and backward.
 *
 * <p>Used by one thread at a time.
 */
public final class MoePass implements FeedForwardPass {
  private final String layer;
  private final NamedArrays parameters;
  private final INDArray x;
  private final PassMode mode;
  private final WeightAt weightAt;
  private final RouterPass routing;
  private final CapacityPass capacity;
  private final DispatchPlan plan;
  private final ExpertsPass expertsRun;
  private final @Nullable FeedForwardPass sharedRun;
  private final INDArray y;
  private final Arena.Scope scope;
  private final Parallel.@Nullable Team team = Parallel.team();
  private StageTimes times;
  private RoutingGradient balance = RoutingGradient.none();
  private boolean closed;

  MoePass(
      String layer,
      TokenBatch input,
      NamedArrays parameters,
      Router router,
      CapacityRule rule,
      WeightAt weightAt,
      Experts experts,
      @Nullable FeedForward shared,
      Arena.Scope scope) {
    this.layer = layer;
    this.parameters = parameters;
    this.x = input.x();
    this.mode = input.mode();
    this.weightAt = weightAt;
    this.scope = scope;
    PassEvents events = PassEvents.forward();
    long start = System.nanoTime();
    SingleThreadedBlas lease = SingleThreadedBlas.leaseFor(input.tokens());
    try {
      this.routing = router.route(input);
      RouterDecision decision = routing.decision();
      Require.that(
          decision.tokens() == input.tokens() && decision.experts() == experts.experts(),
          "the router must decide on [%d, %d] but decided on [%d, %d]",
          input.tokens(),
          experts.experts(),
          decision.tokens(),
          decision.experts());
      Require.that(
          decision.mask().equals(input.mask())
              && decision.sequenceLength() == input.sequenceLength(),
          "the router must keep the mask and sequence length of its input but changed them");
      this.capacity = rule.apply(decision, input.mode());
      long routed = System.nanoTime();
      events.next();
      this.plan = DispatchPlan.of(capacity.kept(), capacity.fillers());
      long planned = System.nanoTime();
      INDArray xR = scope.take(input.dataType(), plan.rows(), input.width());
      weightAt.dispatch(plan, x, xR);
      long dispatched = System.nanoTime();
      events.next();
      this.expertsRun = experts.run(xR, plan.expertStart(), input.mode(), scope);
      this.sharedRun = shared == null ? null : shared.forward(input);
      long computed = System.nanoTime();
      events.next();
      this.y = scope.takeZeros(input.dataType(), input.tokens(), input.width());
      weightAt.combine(plan, expertsRun.y(), y);
      if (sharedRun != null && !y.isEmpty()) {
        y.addi(sharedRun.y());
      }
      long end = System.nanoTime();
      events.next();
      long activation = (long) (expertsRun.activationShare() * (computed - dispatched));
      this.times = new StageTimes(
          routed - start,
          planned - routed,
          dispatched - planned,
          computed - dispatched - activation,
          activation,
          end - computed);
    } finally {
      lease.close();
    }
    commit(events);
  }

  private void commit(PassEvents events) {
    if (events.wanted()) {
      RouterDecision decision = routing.decision();
      events.commit(
          layer,
          decision.mask().validTokens(),
          decision.assignments().countPerExpert(),
          capacity.dropped());
    }
  }

  @Override
  public INDArray y() {
    Require.open(closed);
    return y;
  }

  @Override
  public List<MoePass> moe() {
    List<MoePass> all = new ArrayList<>(List.of(this));
    all.addAll(expertsRun.moe());
    if (sharedRun != null) {
      all.addAll(sharedRun.moe());
    }
    return List.copyOf(all);
  }

  /**
   * Adds the gradient of a balance loss, which every backward of this pass includes.
   *
   * @param gradient with respect to {@link #decision}
   */
  public void addBalance(RoutingGradient gradient) {
    Require.open(closed);
    gradient.requireFits(routing.decision());
    balance = balance.plus(gradient);
  }

  /** The name of the layer, {@link MoeLayer#name}. */
  public String layer() {
    return layer;
  }

  /** Whether the pass trains or evaluates, and at which step. */
  public PassMode mode() {
    return mode;
  }

  /** The router's decision; balance losses read it. */
  public RouterDecision decision() {
    return routing.decision();
  }

  /** Where the kept assignments went. */
  public DispatchPlan plan() {
    return plan;
  }

  /** Number of dropped assignments. */
  public int dropped() {
    return capacity.dropped();
  }

  /** The load of this pass by expert. */
  public LoadStatistics load() {
    return LoadStatistics.of(routing.decision(), capacity);
  }

  /** Time spent so far in this pass, backward included once it has run. */
  public StageTimes times() {
    return times;
  }

  /** {@link #backward(INDArray, INDArray, Gradients)} into new arrays, which the caller owns. */
  public MoeGradients backward(INDArray dy) {
    Gradients gradients = parameters.zeroGradients();
    INDArray dx = Allocate.zeros(y.dataType(), y.shape());
    backward(dy, dx, gradients);
    return new MoeGradients(dx, gradients);
  }

  @Override
  public void backward(INDArray dy, INDArray dx, Gradients into) {
    Require.open(closed);
    Require.backward(dy, dx, y);
    into.requireFits(parameters);
    SingleThreadedBlas lease = SingleThreadedBlas.leaseFor(Math.toIntExact(y.size(0)));
    try {
      INDArray upstream = Contiguous.of(dy);
      Parallel.in(team, () -> pullBack(upstream, dx, into));
    } finally {
      lease.close();
    }
  }

  private void pullBack(INDArray upstream, INDArray dx, Gradients into) {
    PassEvents events = PassEvents.backward();
    long start = System.nanoTime();
    INDArray dyR = scope.take(y.dataType(), plan.rows(), y.size(1));
    double[] dWeights = weightAt.combineBackward(plan, upstream, expertsRun.y(), dyR);
    long combined = System.nanoTime();
    events.next();
    INDArray dxR = scope.takeZeros(y.dataType(), plan.rows(), y.size(1));
    expertsRun.backward(dyR, dxR, into.part("experts"));
    if (sharedRun != null) {
      sharedRun.backward(upstream, dx, into.part("shared"));
    }
    long computed = System.nanoTime();
    events.next();
    weightAt.dispatchBackward(plan, x, dxR, dx, dWeights);
    long dispatched = System.nanoTime();
    events.next();
    RoutingGradient toRouter = capacity.backward(dWeights).plus(balance);
    routing.backward(toRouter, dx, into.part("router"));
    long end = System.nanoTime();
    events.next();
    // The share is that of both directions, so it divides the time of both.
    long experts = times.experts() + computed - combined;
    long activation = (long) (expertsRun.activationShare() * experts);
    times = new StageTimes(
        times.route() + end - dispatched,
        times.plan(),
        times.gather() + dispatched - computed,
        experts - activation,
        activation,
        times.combine() + combined - start);
    commit(events);
  }

  @Override
  public void close() {
    closed = true;
    routing.close();
    expertsRun.close();
    scope.close();
    if (sharedRun != null) {
      sharedRun.close();
    }
  }
}
