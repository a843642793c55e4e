package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.watch.Replay;

/**
 * Routing replay: the experts are those of a trace, the weights are those of {@link TopK} for the current logits, so
 * gradients reach the gate. Ma et al. 2025 (R3, arXiv 2510.11370) use in training the choices of the inference engine
 * that generated the samples.
 *
 * <p>Recorded weights are not used and may be omitted from the trace. Unlike other rules it is
 * stateful: see {@link Replay}.
 *
 * @param rule weights, with as many choices per token as were recorded
 * @param replay the choices, used by this rule only
 */
public record ReplayedTopK(TopK rule, Replay replay) implements RoutingRule {
  /** Recorded choices, weighed by the scores. */
  public static ReplayedTopK of(TopK rule, Replay replay) {
    return new ReplayedTopK(rule, replay);
  }

  @Override
  public void requireFits(int experts) {
    rule.requireFits(experts);
    Require.that(
        replay.experts() == experts,
        "the trace must have E = %d experts but has %d",
        experts,
        replay.experts());
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    return rule.weigh(logits, input, chosen(replay.next(input).assignments(), input));
  }

  /** Experts token after token, in whatever order the trace has its tokens. */
  private int[] chosen(Assignments recorded, TokenBatch input) {
    int k = rule.k();
    int[] from = new int[input.tokens()];
    int size = 0;
    for (int t = 0; t < from.length; t++) {
      from[t] = size;
      size += input.mask().valid(t) ? k : 0;
    }
    int[] chosen = new int[size];
    int[] seen = new int[from.length];
    for (int n = 0; n < recorded.size(); n++) {
      int t = recorded.token(n);
      if (seen[t] < k) {
        chosen[from[t] + seen[t]] = recorded.expert(n);
      }
      seen[t]++;
    }
    for (int t = 0; t < seen.length; t++) {
      if (input.mask().valid(t) && seen[t] != k) {
        Require.that(false, "token %d must have k = %d recorded choices but has %d", t, k, seen[t]);
      }
    }
    return chosen;
  }
}
