package io.github.moe4j.dl4j;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.core.internal.Require;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The configuration of a layer except its width, as stored in JSON.
 *
 * @param experts number of experts E
 * @param router the router
 * @param expert kind and width of the experts
 * @param shared a shared expert, or null
 * @param capacity the capacity rule
 * @param balance losses added to the network's score in training
 * @param residual whether the layer's input is added to its output
 * @param noiseSeed of the noise of routers and dropout, combined with the network's own seed
 */
public record MoeSpec(
    @JsonProperty("experts") int experts,
    @JsonProperty("router") RouterSpec router,
    @JsonProperty("expert") ExpertSpec expert,
    @JsonProperty("shared") @Nullable SharedExpertSpec shared,
    @JsonProperty("capacity") CapacitySpec capacity,
    @JsonProperty("balance") List<LossSpec> balance,
    @JsonProperty("residual") boolean residual,
    @JsonProperty("noiseSeed") long noiseSeed)
    implements Serializable {

  /**
   * Checks that the parts fit together.
   *
   * @throws IllegalArgumentException if a part is missing or does not fit the number of experts, or a loss is given
   *     twice
   */
  @JsonCreator
  public MoeSpec {
    Require.positive("experts", experts);
    Require.that(router != null, "a MoE layer needs a router but had none");
    Require.that(expert != null, "a MoE layer needs experts, as by hidden, but had none");
    router.requireFits(experts);
    expert.requireFits(experts);
    capacity = capacity == null ? CapacitySpec.dropless() : capacity;
    // An ArrayList can be serialized on every JDK, and keeps equality.
    balance = balance == null ? new ArrayList<>() : new ArrayList<>(balance);
    requireBalance(balance, router, experts);
  }

  private static void requireBalance(List<LossSpec> balance, RouterSpec router, int experts) {
    Set<String> names = new HashSet<>();
    for (LossSpec loss : balance) {
      loss.build(router, experts);
      Require.that(names.add(loss.name()), "loss %s must be given once", loss.name());
    }
  }

  /** What applies the losses to one pass. */
  Balancer balancer() {
    Balancer.Builder losses = Balancer.builder();
    for (LossSpec loss : balance) {
      losses.add(loss.name(), loss.build(router, experts), CoefficientSchedule.constant(1));
    }
    return losses.build();
  }
}
