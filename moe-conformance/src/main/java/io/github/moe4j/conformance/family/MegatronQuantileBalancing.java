package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.control.QuantileController;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.routing.BiasedTopK;
import java.util.Arrays;

/**
 * {@code qb_dual_update} of Megatron-LM: the k best of scores − β, and the next β. The library's bias
 * is −β; its controller sums the β of passes before a step averages and centres them, so after one
 * pass the sum is what the code returns.
 */
final class MegatronQuantileBalancing implements ReferenceFamily {
  private static final String INDICES = "indices";

  @Override
  public String name() {
    return "megatron_quantile_balancing";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    int k = config.size("k");
    CaseTensor scores = reference.input("scores", -1, experts);
    requireShare(scores.rowCount(), k, experts);
    double[] minusBeta =
        Arrays.stream(reference.input("beta", experts).values()).map(b -> 0 - b).toArray();
    ExpertBias bias = ExpertBias.of(minusBeta);
    RuleCasePass pass = RuleCasePass.of(BiasedTopK.of(k, bias), scores);
    QuantileController controller = QuantileController.ofLogits(bias, k);
    controller.observe(pass.decision());
    Assignments chosen = replayTies(reference, scores, bias, k, pass.assignments());
    comparison.choice(INDICES, "weights", chosen);
    Checkpoint.Builder state = Checkpoint.builder();
    controller.addTo(state, "controller");
    comparison.output("new_beta", state.build().doubles("controller.sum"));
  }

  private static void requireShare(int tokens, int k, int experts) {
    if (tokens < 1 || k >= experts || (long) tokens * k % experts != 0) {
      throw new DamagedCaseException(
          "E must divide T·k with k below E but T = " + tokens + ", k = " + k + ", E = " + experts);
    }
  }

  /** The choice, with the recorded one of tokens for which several would be right. */
  private static Assignments replayTies(
      ReferenceCase reference, CaseTensor scores, ExpertBias bias, int k, Assignments own) {
    CaseTensor recorded = reference.recordedOutput(INDICES).orElse(null);
    if (recorded == null || recorded.length() != own.size()) {
      return own;
    }
    int experts = own.experts();
    Logits selection =
        Logits.of(bias.addTo(scores.values()), experts, TokenMask.none(own.tokens()));
    int[] token = new int[own.size()];
    int[] expert = new int[own.size()];
    for (int n = 0; n < own.size(); n++) {
      token[n] = own.token(n);
      expert[n] = own.expert(n);
    }
    for (int t = 0; t < own.tokens(); t++) {
      if (Ties.atBoundary(selection, t, k) && isChoice(selection, t, recorded, k)) {
        for (int n = t * k; n < (t + 1) * k; n++) {
          expert[n] = (int) recorded.get(n);
        }
      }
    }
    return Assignments.of(own.tokens(), experts, token, expert, own.weights());
  }

  /** Whether the recorded experts of a token are k different ones with the largest scores. */
  private static boolean isChoice(Logits selection, int token, CaseTensor recorded, int k) {
    boolean[] taken = new boolean[selection.experts()];
    double smallest = Double.POSITIVE_INFINITY;
    for (int n = token * k; n < (token + 1) * k; n++) {
      double e = recorded.get(n);
      if (!(e >= 0 && e < taken.length) || taken[(int) e]) {
        return false;
      }
      taken[(int) e] = true;
      smallest = Math.min(smallest, selection.get(token, (int) e));
    }
    for (int e = 0; e < taken.length; e++) {
      if (!taken[e] && selection.get(token, e) > smallest) {
        return false;
      }
    }
    return true;
  }
}
