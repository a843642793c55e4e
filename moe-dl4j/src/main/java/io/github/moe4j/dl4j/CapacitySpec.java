package io.github.moe4j.dl4j;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.capacity.CapacityText;
import io.github.moe4j.core.internal.Require;
import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The capacity rule of a layer.
 *
 * @param rule in one line, as {@link CapacityText} reads it: {@code dropless}, {@code 1.25}, {@code
 *     megatron:1.25:by-weight:per-sequence}
 * @param inEvaluation whether the limit holds in evaluation too
 */
public record CapacitySpec(
    @JsonProperty("rule") String rule,
    @JsonProperty("inEvaluation") boolean inEvaluation) implements Serializable {

  /**
   * Checks the rule.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  @JsonCreator
  public CapacitySpec {
    Require.that(rule != null, "a capacity needs a rule but had none");
    CapacityText.parse(rule).rule(1);
  }

  /** No limit. */
  public static CapacitySpec dropless() {
    return new CapacitySpec(CapacityText.DROPLESS, false);
  }

  /** A rule in one line, in training and evaluation. */
  public static CapacitySpec of(String rule) {
    return new CapacitySpec(rule, true);
  }

  /** A capacity factor over the whole batch, in training and evaluation. */
  public static CapacitySpec ofFactor(double factor) {
    return of("factor:" + factor);
  }

  /** The same in training only. */
  public CapacitySpec inTrainingOnly() {
    return new CapacitySpec(rule, false);
  }

  /**
   * The rule.
   *
   * @param k choices per token
   */
  CapacityRule rule(int k) {
    CapacityRule limited = CapacityText.parse(rule).rule(k);
    CapacityRule all = new Dropless();
    return (decision, mode) ->
        (mode.isTraining() || inEvaluation ? limited : all).apply(decision, mode);
  }
}
