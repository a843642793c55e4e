package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.Sinkhorn;

/** {@code sinkhorn} of Megatron-LM, and the top-k of its plan that training chooses by. */
final class MegatronSinkhorn implements ReferenceFamily {
  /** The code has no limit: it stops at the tolerance alone. */
  private static final int ENOUGH = 1_000_000;

  @Override
  public String name() {
    return "megatron_sinkhorn";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    CaseTensor given = reference.input("logits", -1, config.size("num_experts"));
    TokenMask all = TokenMask.none(given.rowCount());
    Logits logits = Logits.of(given.values(), given.size(-1), all);
    Sinkhorn sinkhorn = new Sinkhorn(config.size("topk"), config.number("tol"), ENOUGH);
    RuleCasePass chosen =
        RuleCasePass.of(sinkhorn, logits, RuleCasePass.inputOf(all).withMode(PassMode.training()));
    comparison.output("assignment", sinkhorn.transport(logits, all));
    comparison.choice("top_indices", "top_values", chosen.assignments());
  }
}
