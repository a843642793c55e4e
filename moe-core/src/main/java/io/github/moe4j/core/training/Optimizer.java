package io.github.moe4j.core.training;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Updates named parameters by their gradients: by rules with PyTorch's formulas ({@link AdamW}, {@link Adam}, {@link
 * Sgd}), each group of parameters by its own rule and rate, or by one of ND4J's updaters.
 *
 * <pre>{@code
 * Optimizer optimizer = Optimizer.builder(layer.parameters())
 *     .group(name -> name.endsWith("bias"), AdamW.of(0), LearningRate.constant(1e-3))
 *     .rest(AdamW.of(0.01), LearningRate.cosine(1e-3, 0, 1000).withWarmup(50))
 *     .build();
 * Gradients gradients = layer.parameters().zeroGradients();
 * for (…) {
 *   … backward passes of one or several micro-batches add into gradients …
 *   gradients.scale(1.0 / microBatches);
 *   gradients.clipByGlobalNorm(1.0);
 *   optimizer.step(gradients);
 * }
 * }</pre>
 *
 * <p>Exclude frozen parameters by {@link NamedArrays#without}.
 *
 * <p>Holds the moments and the number of steps; not thread-safe, and not to be used while a pass over the
 * parameters is running.
 */
public final class Optimizer implements Stateful {
  private final NamedArrays parameters;
  private final Map<String, ParameterUpdate> updates;
  private final NamedArrays state;
  private final String kind;
  private final Map<String, ExpertSteps> perExpert;
  private int steps;

  private Optimizer(
      NamedArrays parameters,
      Map<String, ParameterUpdate> updates,
      NamedArrays state,
      String kind,
      Map<String, ExpertSteps> perExpert) {
    this.parameters = parameters;
    this.updates = updates;
    this.state = state;
    this.kind = kind;
    this.perExpert = perExpert;
  }

  /**
   * An optimizer with fresh state, by one of ND4J's updaters.
   *
   * @param parameters the live parameters. Modified by {@link #step}.
   * @param config an updater of ND4J with learning rate or schedule. Not modified.
   */
  public static Optimizer of(NamedArrays parameters, IUpdater config) {
    Map<String, ParameterUpdate> updates = new LinkedHashMap<>();
    NamedArrays.Builder states = NamedArrays.builder();
    parameters.forEach((name, array) -> {
      long size = config.stateSize(array.length());
      INDArray view = size == 0 ? null : Allocate.zeros(array.dataType(), 1, size);
      if (view != null) {
        states.add(name, view);
      }
      updates.put(name, instantiate(config, view));
    });
    return new Optimizer(
        parameters, updates, states.build(), config.getClass().getSimpleName(), Map.of());
  }

  @SuppressWarnings("NullAway") // ND4J wants null where an updater has no state
  private static ParameterUpdate instantiate(IUpdater config, @Nullable INDArray view) {
    return new Nd4jUpdate(config.clone().instantiate(view, true));
  }

  /**
   * An optimizer with fresh state, by one rule and rate.
   *
   * @param parameters the live parameters. Modified by {@link #step}.
   */
  public static Optimizer of(NamedArrays parameters, UpdateRule rule, LearningRate rate) {
    return builder(parameters).rest(rule, rate).build();
  }

  /** The same with a constant rate. */
  public static Optimizer of(NamedArrays parameters, UpdateRule rule, double rate) {
    return of(parameters, rule, LearningRate.constant(rate));
  }

  /**
   * Starts an optimizer with parameter groups.
   *
   * @param parameters the live parameters. Modified by {@link #step}.
   */
  public static Builder builder(NamedArrays parameters) {
    return new Builder(parameters);
  }

  /** Collects groups of parameters; not thread-safe. */
  public static final class Builder {
    private final NamedArrays parameters;
    private final Map<String, ParameterUpdate> updates = new LinkedHashMap<>();
    private final NamedArrays.Builder states = NamedArrays.builder();
    private final Set<String> kinds = new LinkedHashSet<>();
    private final Map<String, ExpertSteps> perExpert = new LinkedHashMap<>();

    private Builder(NamedArrays parameters) {
      this.parameters = parameters;
    }

    /**
     * A group of the parameters whose names are accepted and that are in no group yet.
     *
     * @throws IllegalArgumentException if there are none
     */
    public Builder group(Predicate<String> names, UpdateRule rule, LearningRate rate) {
      int before = updates.size();
      parameters.forEach((name, array) -> {
        if (!updates.containsKey(name) && names.test(name)) {
          updates.put(name, update(name, array, rule, rate));
        }
      });
      Require.that(
          updates.size() > before,
          "a group must have a parameter that is in no other group but had none of %s",
          parameters.names());
      kinds.add(rule.name());
      return this;
    }

    /** A group of the parameters of a part, such as {@code router}, that are in no group yet. */
    public Builder group(String part, UpdateRule rule, LearningRate rate) {
      return group(name -> name.equals(part) || name.startsWith(part + "."), rule, rate);
    }

    /** All parameters that are in no group yet. */
    public Builder rest(UpdateRule rule, LearningRate rate) {
      return group(name -> true, rule, rate);
    }

    /**
     * Updates a part expert by expert: one that got no rows in a step keeps its parameters, its moments and its own
     * number of steps, by which Adam corrects its moments. So torch does where each expert is a module of its own,
     * which has no gradient unless it is called (with {@code zero_grad}'s default, since PyTorch 2.0). Without this
     * all experts are updated at once, as torch does where they are one array: momentum and decay move those without
     * rows too.
     *
     * @param part such as {@code experts}; the first of several axes of each of its parameters is that of the experts
     */
    public Builder perExpert(String part) {
      NamedArrays own = parameters.part(part);
      String first = own.names().iterator().next();
      ExpertSteps counts = new ExpertSteps(part, Math.toIntExact(own.get(first).size(0)));
      own.forEach((name, array) -> counts.requireFits(part + "." + name, array));
      perExpert.put(part, counts);
      return this;
    }

    private ParameterUpdate update(
        String name, INDArray array, UpdateRule rule, LearningRate rate) {
      List<INDArray> moments = new ArrayList<>();
      for (String moment : rule.moments()) {
        INDArray zeros = Allocate.zeros(array.dataType(), array.shape());
        states.add(name + "." + moment, zeros);
        moments.add(zeros);
      }
      return new RuleUpdate(rule, rate, moments);
    }

    /**
     * The optimizer.
     *
     * @throws IllegalArgumentException if a parameter is in no group
     */
    public Optimizer build() {
      List<String> left = new ArrayList<>(parameters.names());
      left.removeAll(updates.keySet());
      Require.that(left.isEmpty(), "every parameter must be in a group but %s are in none", left);
      Map<String, ParameterUpdate> inOrder = new LinkedHashMap<>();
      parameters.names().forEach(name -> inOrder.put(name, updates.get(name)));
      return new Optimizer(parameters, inOrder, states.build(), String.join("+", kinds), perExpert);
    }
  }

  /**
   * Updates every parameter.
   *
   * @param gradients gradients of the same parameters. Modified: consumed, all zero afterwards.
   * @throws IllegalArgumentException if the gradients are not those of the parameters; nothing is changed then
   */
  public void step(Gradients gradients) {
    step(gradients, Map.of());
  }

  /**
   * The same with the rows of experts, for parts that are updated {@linkplain Builder#perExpert expert by expert}.
   *
   * @param gradients gradients of the same parameters. Modified: consumed, all zero afterwards.
   * @param rows by part how many rows each expert got since the last step [E], such as {@code
   *     pass.plan().assignments().countPerExpert()}
   */
  public void step(Gradients gradients, Map<String, int[]> rows) {
    Require.that(
        rows.keySet().equals(perExpert.keySet()),
        "rows must be of the parts that are updated expert by expert, %s, but were of %s",
        perExpert.keySet(),
        rows.keySet());
    Require.that(
        gradients.names().equals(parameters.names()),
        "gradients must be of the parameters %s but were of %s",
        parameters.names(),
        gradients.names());
    state.requireUsable("the optimizer's state");
    PassArrays.requireGradients("the optimizer", parameters, gradients);
    rows.forEach((part, counts) -> expertSteps(part).begin(counts));
    updates.forEach((name, update) ->
        update.apply(parameters.get(name), gradients.get(name), steps, stepsOf(name)));
    perExpert.values().forEach(ExpertSteps::end);
    gradients.zero();
    parameters.markChanged();
    steps++;
  }

  private ExpertSteps expertSteps(String part) {
    return Objects.requireNonNull(perExpert.get(part));
  }

  /** The steps of the experts of a parameter, null if it is updated at once. */
  private @Nullable ExpertSteps stepsOf(String name) {
    for (Map.Entry<String, ExpertSteps> entry : perExpert.entrySet()) {
      if (name.startsWith(entry.getKey() + ".")) {
        return entry.getValue();
      }
    }
    return null;
  }

  /** Number of steps taken. */
  public int steps() {
    return steps;
  }

  /**
   * The live arrays of the state: moments of a rule by {@code parameter.moment}, each of the parameter's shape; the
   * state of one of ND4J's updaters by parameter, [1, n]. Empty for plain SGD.
   */
  public NamedArrays state() {
    return state;
  }

  /**
   * Adds the kind of update, its state and the number of steps to a checkpoint. Options, such as
   * the rate, are not saved: they are those of the optimizer that is restored.
   */
  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint
        .text(prefix + ".updater", kind)
        .longs(prefix + ".steps", steps)
        .parameters(prefix + ".state", state);
    perExpert.forEach((part, counts) -> checkpoint.longs(stepsName(prefix, part), counts.all()));
  }

  private static String stepsName(String prefix, String part) {
    return prefix + ".steps." + part;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The saved state must be of the same kind of update and of parameters with the same names, sizes and types.
   */
  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    String saved = checkpoint.text(prefix + ".updater");
    Require.that(saved.equals(kind), "%s.updater must be %s but was %s", prefix, kind, saved);
    long taken = checkpoint.number(prefix + ".steps");
    Require.that(
        taken >= 0 && taken <= Integer.MAX_VALUE,
        "%s.steps must be in [0, 2^31) but was %d",
        prefix,
        taken);
    Map<String, long[]> ofExperts = new LinkedHashMap<>();
    perExpert.forEach((part, counts) -> {
      long[] restored = checkpoint.longs(stepsName(prefix, part));
      counts.requireRestorable(stepsName(prefix, part), restored);
      ofExperts.put(part, restored);
    });
    checkpoint.into(prefix + ".state", state);
    ofExperts.forEach((part, restored) -> expertSteps(part).restore(restored));
    steps = (int) taken;
  }

  /** Kind, parameters and steps, such as {@code adamw of 4 arrays after 100 steps}. */
  @Override
  public String toString() {
    return "%s of %d arrays after %d steps".formatted(kind, parameters.names().size(), steps);
  }
}
