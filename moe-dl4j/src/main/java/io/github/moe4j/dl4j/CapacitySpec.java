package io.github.moe4j.dl4j;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.internal.Require;
import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * How many assignments an expert takes: a factor times its even share, the rest is dropped.
 *
 * @param factor of the even share of all assignments, above 0; infinity for no limit
 * @param perSequence whether the limit is that of each sequence instead of the batch
 * @param order who is served first
 * @param inEvaluation whether the limit holds in evaluation too
 */
public record CapacitySpec(
    @JsonProperty("factor") double factor,
    @JsonProperty("perSequence") boolean perSequence,
    @JsonProperty("order") Order order,
    @JsonProperty("inEvaluation") boolean inEvaluation)
    implements Serializable {

  /** Orders that draw no random numbers. */
  public enum Order {
    /** Tokens in turn. */
    TOKEN_MAJOR,
    /** All first choices before all second ones. */
    CHOICE_MAJOR,
    /** The largest weights. */
    BY_WEIGHT
  }

  /** Checks the factor. */
  @JsonCreator
  public CapacitySpec {
    Require.that(factor > 0, "capacity factor must be above 0 but was %s", factor);
  }

  /** No limit. */
  public static CapacitySpec dropless() {
    return new CapacitySpec(Double.POSITIVE_INFINITY, false, Order.TOKEN_MAJOR, false);
  }

  /** A limit for the whole batch, in training and evaluation. */
  public static CapacitySpec ofFactor(double factor) {
    return new CapacitySpec(factor, false, Order.TOKEN_MAJOR, true);
  }

  CapacityRule rule() {
    if (Double.isInfinite(factor)) {
      return new Dropless();
    }
    CapacityRule limited =
        new LimitedCapacity(CapacityFormula.factor(factor), perSequence, dropOrder());
    CapacityRule all = new Dropless();
    return (decision, mode) ->
        (mode.isTraining() || inEvaluation ? limited : all).apply(decision, mode);
  }

  private DropOrder dropOrder() {
    return switch (order) {
      case TOKEN_MAJOR -> DropOrder.tokenMajor();
      case CHOICE_MAJOR -> DropOrder.choiceMajor();
      case BY_WEIGHT -> DropOrder.byWeight();
    };
  }
}
