package io.github.moe4j.core;

import io.github.moe4j.core.StageClock.Stage;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A sparse Mixture-of-Experts layer: router, capacity rule, experts and an optional shared expert.
 *
 * <p>{@code y[t] = Σ weight·expert(x[t]) + shared(x[t])}, the sum running over the kept assignments of t, or with
 * {@link WeightAt#INPUT} {@code Σ expert(weight·x[t]) + shared(x[t])}. The output of a token without kept assignments
 * is that of the shared expert, and that of a padded token is zero.
 *
 * <p>Experts, shared expert and x have one type; a router may take float32 tokens and hold float64
 * parameters, as {@code LinearGate} does.
 *
 * <p>Parameters: {@code router.…}, {@code experts.…} and {@code shared.…}. A layer has no
 * other mutable state, so several threads may run it concurrently.
 */
public final class MoeLayer implements FeedForward {
  private final String name;
  private final String description;
  private final @Nullable PassListener listener;
  private final @Nullable Threads threads;
  private final Router router;
  private final Experts experts;
  private final CapacityRule capacity;
  private final WeightAt weightAt;
  private final @Nullable FeedForward shared;
  private final Arena arena;
  private final NamedArrays parameters;

  private MoeLayer(Builder builder) {
    this.name = builder.name;
    this.description = "layer " + builder.name;
    this.listener = builder.listener;
    this.threads = builder.threads;
    this.router = builder.router;
    this.experts = builder.experts;
    this.capacity = builder.capacity;
    this.weightAt = builder.weightAt;
    this.shared = builder.shared;
    this.arena = builder.arena;
    PartsFit.require(router, experts, shared);
    NamedArrays.Builder all = NamedArrays.builder()
        .addAll("router", router.parameters())
        .addAll("experts", experts.parameters());
    if (shared != null) {
      all.addAll("shared", shared.parameters());
    }
    this.parameters = all.build();
  }

  /** Starts a dropless layer without shared expert. */
  public static Builder builder(Router router, Experts experts) {
    return new Builder(router, experts);
  }

  /**
   * A dropless layer without shared expert.
   *
   * @throws IllegalArgumentException if numbers of experts, widths or types differ
   */
  public static MoeLayer of(Router router, Experts experts) {
    return builder(router, experts).build();
  }

  /** The layer's name in listeners, events and traces; {@code moe} by default. */
  public String name() {
    return name;
  }

  /** What errors call the layer. */
  String describe() {
    return description;
  }

  /** Where the weight of an assignment is multiplied in. */
  public WeightAt weightAt() {
    return weightAt;
  }

  /** The router. */
  public Router router() {
    return router;
  }

  /** The expert networks. */
  public Experts experts() {
    return experts;
  }

  /** The shared expert; empty if there is none. */
  public Optional<FeedForward> sharedExpert() {
    return Optional.ofNullable(shared);
  }

  /**
   * Starts a layer with other routed parts and everything else of this one: shared expert, capacity rule, memory,
   * name, listener and threads.
   *
   * @param newRouter the other router, or {@link #router} itself
   * @param newExperts the other experts, or {@link #experts} themselves
   */
  public Builder toBuilder(Router newRouter, Experts newExperts) {
    Builder builder = new Builder(newRouter, newExperts);
    builder.capacity = capacity;
    builder.weightAt = weightAt;
    builder.shared = shared;
    builder.arena = arena;
    builder.name = name;
    builder.listener = listener;
    builder.threads = threads;
    return builder;
  }

  /** The capacity rule. */
  public CapacityRule capacity() {
    return capacity;
  }

  @Override
  public int modelWidth() {
    return experts.modelWidth();
  }

  /** That of the experts: the router may compute in float64 beside them. */
  @Override
  public DataType dataType() {
    return experts.dataType();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public MoePass forward(TokenBatch input) {
    return (MoePass) FeedForward.super.forward(input);
  }

  @Override
  public MoePass forward(TokenBatch input, INDArray y) {
    return threads == null ? pass(input, y) : threads.call(() -> pass(input, y));
  }

  private MoePass pass(TokenBatch input, INDArray y) {
    MoePass pass =
        PassGuard.forward(describe(), this, input, y, arena, scope -> run(input, y, scope));
    tell(pass);
    return pass;
  }

  private MoePass run(TokenBatch input, INDArray y, Arena.Scope scope) {
    SingleThreadedBlas lease = SingleThreadedBlas.leaseFor(input.tokens());
    try {
      return runSingleThreaded(input, y, scope);
    } catch (IllegalArgumentException e) {
      throw named(e);
    } finally {
      lease.close();
    }
  }

  /** Parts do not know which layer they are of: a network has many. */
  private IllegalArgumentException named(IllegalArgumentException e) {
    return e.getClass() == IllegalArgumentException.class
        ? new IllegalArgumentException(describe() + ": " + e.getMessage(), e)
        : e;
  }

  private MoePass runSingleThreaded(TokenBatch input, INDArray y, Arena.Scope scope) {
    StageClock clock = StageClock.forward();
    RouterPass routing = router.route(input, scope);
    requireOf(input, routing.decision());
    CapacityPass kept = capacity.apply(routing.decision(), input.mode());
    clock.end(Stage.ROUTE);
    DispatchPlan plan = input.mode().isDifferentiable()
        ? DispatchPlan.of(kept, experts)
        : DispatchPlan.of(kept, experts, scope);
    clock.end(Stage.PLAN);
    DispatchedPass dispatched = null;
    ExpertsPass expertsRun;
    if (experts instanceof DispatchingExperts own) {
      clock.end(Stage.DISPATCH);
      dispatched = own.run(plan, weightAt, input.x(), input.mode(), scope);
      expertsRun = dispatched.run();
    } else {
      INDArray xR = scope.take(input.dataType(), plan.rows(), input.width());
      weightAt.dispatch(plan, input.x(), xR);
      clock.end(Stage.DISPATCH);
      expertsRun = experts.run(xR, plan.expertStart(), input.mode(), scope);
    }
    FeedForwardPass sharedRun = shared == null ? null : runShared(shared, input, scope);
    clock.end(Stage.EXPERTS);
    if (dispatched == null) {
      weightAt.combine(plan, expertsRun.y(), y);
    } else {
      dispatched.combine(y);
    }
    if (sharedRun != null && !y.isEmpty()) {
      y.addi(sharedRun.y());
    }
    clock.end(Stage.COMBINE);
    clock.commit(name, routing.decision(), kept.dropped(), expertsRun);
    MoePass.Parts parts = new MoePass.Parts(routing, kept, plan, expertsRun, dispatched, sharedRun);
    return new MoePass(this, input, parts, y, clock.times(), scope);
  }

  /** The shared expert's outputs are scratch of this pass, and its pass ends with this one. */
  private static FeedForwardPass runShared(
      FeedForward shared, TokenBatch input, Arena.Scope scope) {
    INDArray y = scope.take(input.dataType(), input.tokens(), input.width());
    FeedForwardPass run = shared.forward(input, y);
    scope.whenClosed(run::close);
    return run;
  }

  private void requireOf(TokenBatch input, RouterDecision decision) {
    Require.that(
        decision.tokens() == input.tokens() && decision.experts() == experts.experts(),
        "the router's decision must be [%d, %d] but was [%d, %d]",
        input.tokens(),
        experts.experts(),
        decision.tokens(),
        decision.experts());
    Require.that(
        decision.mask().equals(input.mask()) && decision.sequenceLength() == input.sequenceLength(),
        "the router's decision must have the mask and sequence length of its input but had others");
  }

  private void tell(MoePass pass) {
    if (listener != null) {
      try {
        listener.passed(pass);
      } catch (RuntimeException | Error e) {
        pass.close();
        throw e;
      }
    }
  }

  /**
   * The layer's sizes, components, and a table of its parameters as {@link NamedArrays#summary}.
   */
  public String summary() {
    long routed = experts.parameters().count();
    return "%s%nrouter %s%ncapacity %s, weights at the %s%neach of the %d experts: %d parameters on average%n%s"
        .formatted(
            this,
            text(router),
            capacity,
            weightAt == WeightAt.OUTPUT ? "output" : "input",
            experts.experts(),
            routed / experts.experts(),
            parameters.summary());
  }

  /** A part's own text, or the name of its class if it has none. */
  private static String text(Object part) {
    String text = part.toString();
    return text.startsWith(part.getClass().getName() + "@")
        ? part.getClass().getSimpleName()
        : text;
  }

  /** Name, sizes and type, such as {@code layer moe: 8 experts, width 64, FLOAT, 66048 parameters}. */
  @Override
  public String toString() {
    return "%s: %d experts%s, width %d, %s, %d parameters"
        .formatted(
            description,
            experts.experts(),
            shared == null ? "" : " and a shared one",
            modelWidth(),
            dataType(),
            parameters.count());
  }

  /** Builds a layer; not thread-safe. */
  public static final class Builder {
    private final Router router;
    private final Experts experts;
    private CapacityRule capacity = new Dropless();
    private WeightAt weightAt = WeightAt.OUTPUT;
    private @Nullable FeedForward shared;
    private Arena arena = new Arena();
    private String name = "moe";
    private @Nullable PassListener listener;
    private @Nullable Threads threads;

    private Builder(Router router, Experts experts) {
      this.router = router;
      this.experts = experts;
    }

    /** Limits how many assignments an expert takes; dropless by default. */
    public Builder capacity(CapacityRule rule) {
      this.capacity = rule;
      return this;
    }

    /** Applies the weights to the inputs or the outputs of the experts; to the outputs by default. */
    public Builder weightAt(WeightAt place) {
      this.weightAt = place;
      return this;
    }

    /** Adds a shared expert, applied to every token. */
    public Builder sharedExpert(FeedForward expert) {
      this.shared = expert;
      return this;
    }

    /** Takes memory from an arena shared with other layers. */
    public Builder arena(Arena sharedArena) {
      this.arena = sharedArena;
      return this;
    }

    /**
     * Runs all passes, forward and backward, in these threads. By default a pass uses those of the
     * enclosing {@link Threads#run}, else the library's own, and so does its backward pass.
     */
    public Builder threads(Threads newThreads) {
      this.threads = newThreads;
      return this;
    }

    /**
     * The layer's name in listeners, events and traces, such as {@code block 3}.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder name(String newName) {
      Require.that(!newName.isBlank(), "name must not be blank");
      this.name = newName;
      return this;
    }

    /**
     * Called after each forward pass; without a listener there is no overhead.
     *
     * @param newListener of this layer only; {@link PassListener#and} combines several
     */
    public Builder listener(PassListener newListener) {
      this.listener = newListener;
      return this;
    }

    /**
     * The layer.
     *
     * @throws IllegalArgumentException if numbers of experts, widths or types of its components differ
     */
    public MoeLayer build() {
      return new MoeLayer(this);
    }
  }
}
