package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.TopK;

/**
 * {@code TopKRouter} of BALM: the k best experts with renormalized softmax weights; an expert keeps
 * the tokens of largest bare probability. It routes padding as well: masked on {@code probs} it
 * comes last, with 1e-9 in place of its probabilities; which padding comes first is open.
 */
final class BalmTopkRouter implements ReferenceFamily {
  private static final double LAST = 1e-9;

  @Override
  public String name() {
    return "balm_topk_router";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    BalmRouting balm = new BalmRouting(reference);
    TokenMask last = balm.maskOn("probs");
    TokenMask all = TokenMask.none(last.tokens());
    int experts = reference.config().size("num_experts");
    int k = Math.min(reference.config().size("k"), experts);
    RouterCasePass pass = balm.route(TopK.of(k), all);
    Probabilities p = pass.decision().requireProbabilities("router");
    int[] none = {};
    Assignments nothing = Assignments.of(all.tokens(), experts, none, none, new double[0]);
    comparison.output("probs", p.toArray());
    balm.compare(pass, balm.capacity((decision, n) -> key(decision, n, last)), nothing, comparison);
    Ties.skipIfOpen(comparison, p, all, k);
  }

  private static double key(RouterDecision decision, int n, TokenMask last) {
    return last.valid(decision.assignments().token(n))
        ? BalmRouting.probability(decision, n)
        : LAST;
  }
}
