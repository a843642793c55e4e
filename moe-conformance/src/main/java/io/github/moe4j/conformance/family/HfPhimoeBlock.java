package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.SparseMixer;

/**
 * {@code PhimoeSparseMoeBlock} of Hugging Face: the routing of {@link HfPhimoeSparsemixer}, always to
 * two experts, around SwiGLU experts. Training replays the recorded draws.
 */
final class HfPhimoeBlock implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_phimoe_block";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    TokenBatch evaluation = HfBlock.input(reference);
    TokenBatch input = evaluation;
    if (config.flag("training")) {
      config.requireZero("input_jitter_noise", "jitter of the input draws random numbers");
      input = evaluation.withMode(PassMode.training(HfPhimoeSparsemixer.draws(reference)));
    }
    MoeLayer layer =
        HfBlock.layer(reference, new SparseMixer(config.number("router_jitter_noise")));
    Gradients gradients =
        HfBlock.run(reference, comparison, layer, input, HfBlock.lossRule(reference));
    StackedExperts.HUGGING_FACE.compareGradients(gradients, comparison);
  }
}
