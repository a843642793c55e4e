package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.capacity.DropOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code MoE} of st-moe-pytorch: further experts at random by their normalized probability, room for
 * each sequence of its own, GEGLU experts with a multiplicative bias.
 *
 * <p>Its balance loss counts
 * first choices after dropping, because they are changed in place. With {@code
 * straight_through_dispatch} the backward pass takes the 1 with which a token is dispatched for its
 * weight.
 */
final class LucidrainsStMoe implements ReferenceFamily {
  private static final SwitchLoss BALANCE =
      new SwitchLoss(1, SwitchLoss.Counting.PER_TOKEN, LossScope.SEQUENCE);

  @Override
  public String name() {
    return "lucidrains_st_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    LucidrainsExperts experts = LucidrainsExperts.of(reference);
    StraightThrough watched = new StraightThrough(experts.networks());
    MoeLayer layer = MoeLayer.builder(LucidrainsRouting.router(reference), watched)
        .capacity(LucidrainsRouting.capacity(config))
        .build();
    RoutingGradient straightThrough = config.flag("straight_through_dispatch")
        ? straightThrough(layer, watched, reference)
        : RoutingGradient.none();
    TokenBatch input = LucidrainsRouting.input(reference);
    try (ObjectivePass pass = ObjectivePass.forward(layer, input, reference)) {
      Assignments kept = pass.pass().plan().assignments();
      compareTensors(reference, comparison, pass.decision(), kept);
      comparison.output("output", pass.output());
      addLosses(config, comparison, pass, kept);
      comparison.output("objective", pass.objective());
      pass.pass().addBalance(straightThrough);
      MoeGradients gradients = pass.backward();
      comparison.gradient("x", gradients.dx());
      comparison.gradient("gate_weight", gradients.parameters().get("router.weight"));
      experts.compareGradients(gradients.parameters(), comparison);
    }
  }

  /** The gradient of the weights that flows through the dispatch, from a pass of its own. */
  private static RoutingGradient straightThrough(
      MoeLayer layer, StraightThrough watched, ReferenceCase reference) {
    TokenBatch input = LucidrainsRouting.input(reference);
    try (ObjectivePass pass = ObjectivePass.forward(layer, input, reference)) {
      pass.backward();
      return watched.ofWeights(pass.pass().plan(), pass.decision());
    }
  }

  private static void compareTensors(
      ReferenceCase reference, Comparison comparison, RouterDecision decision, Assignments kept) {
    int slots = reference.recordedOutput("combine_tensor").map(c -> c.size(-1)).orElse(0);
    int[] slot = KeptPlaces.of(decision, kept, LucidrainsRouting::choiceMajor, true)
        .within(slots)
        .slot();
    double[] combine = new double[decision.tokens() * decision.experts() * slots];
    for (int r = 0; r < slot.length; r++) {
      int row = kept.token(r) * decision.experts() + kept.expert(r);
      combine[row * slots + slot[r]] = kept.weight(r);
    }
    comparison.output("combine_tensor", combine);
    comparison.output(
        "dispatch_tensor", Arrays.stream(combine).map(w -> w == 0 ? 0 : 1).toArray());
  }

  /** Adds the losses, which are 0 in evaluation. */
  private static void addLosses(
      CaseConfig config, Comparison comparison, ObjectivePass pass, Assignments kept) {
    double ofBalance = config.number("balance_loss_coef");
    double ofZ = config.number("router_z_loss_coef");
    double scale = config.flag("training") ? 1 : 0;
    LossValue balance = BALANCE.evaluate(firstOnly(pass.decision(), kept)).unbound();
    LossValue z = ZLoss.of(1).evaluate(pass.decision());
    pass.add(scale * ofBalance, balance);
    pass.add(scale * ofZ, z);
    comparison.output("balance_loss", scale * balance.value());
    comparison.output("router_z_loss", scale * z.value());
    comparison.output("total_aux_loss", scale * (ofBalance * balance.value() + ofZ * z.value()));
  }

  /** The decision as if only the kept first choices had been made. */
  private static RouterDecision firstOnly(RouterDecision decision, Assignments kept) {
    int[] choice = KeptPlaces.of(decision, kept, DropOrder.tokenMajor(), false).choice();
    int[] first = IntStream.range(0, choice.length).filter(r -> choice[r] == 0).toArray();
    return RouterDecision.of(
        kept.select(first),
        decision.mask(),
        decision.sequenceLength(),
        decision.requireLogits("router"),
        decision.requireProbabilities("router"));
  }
}
