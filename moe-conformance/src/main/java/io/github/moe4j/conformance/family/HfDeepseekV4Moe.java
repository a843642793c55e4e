package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertTable;
import io.github.moe4j.routing.HashKey;
import io.github.moe4j.routing.HashRule;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.Arrays;

/**
 * {@code DeepseekV4SparseMoeBlock} of Hugging Face: experts chosen by scores plus a bias, or by a table
 * of token ids, and weighed by scores; clamped SwiGLU in routed and shared experts.
 */
final class HfDeepseekV4Moe implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_deepseek_v4_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    if (!config.text("activation").equals("silu")) {
      throw new UnsupportedCaseException("config activation is " + config.text("activation")
          + ", of which no clamped form exists");
    }
    Glu glu = Glu.of(ClampedSwiGlu.deepSeekV4(config.number("swiglu_limit")));
    boolean hash = config.flag("hash");
    MoeLayer layer = MoeLayer.builder(
            HfBlock.router(reference, hash ? hashed(reference) : biased(reference)),
            StackedExperts.HUGGING_FACE.of(reference, glu))
        .sharedExpert(DenseFeedForward.of(SharedExpert.HUGGING_FACE.network(glu, reference)))
        .build();
    TokenBatch input = HfBlock.input(reference);
    if (hash) {
      input = input.withTokenIds(reference.input("input_ids").ints());
    }
    Gradients gradients =
        HfBlock.run(reference, comparison, layer, input, HfBlock.lossRule(reference));
    StackedExperts.HUGGING_FACE.compareGradients(gradients, comparison);
    SharedExpert.HUGGING_FACE.compareGradients(gradients, comparison);
  }

  private static RoutingRule biased(ReferenceCase reference) {
    int experts = reference.config().size("num_experts");
    return new DeepSeekV3(
        weights(reference.config()),
        ExpertBias.of(reference.input("e_score_correction_bias", experts).values()),
        ExpertGroups.none());
  }

  private static RoutingRule hashed(ReferenceCase reference) {
    CaseConfig config = reference.config();
    CaseTensor table =
        reference.input("tid2eid", config.integer("vocab_size", -1), config.size("top_k"));
    int[] flat = table.ints();
    int[][] rows = new int[table.size(0)][];
    for (int id = 0; id < rows.length; id++) {
      rows[id] = Arrays.copyOfRange(flat, id * table.size(1), (id + 1) * table.size(1));
      if (Arrays.stream(rows[id]).distinct().count() < rows[id].length) {
        throw new UnsupportedCaseException("tid2eid gives id " + id + " an expert twice");
      }
    }
    ExpertTable experts = ExpertTable.of(config.size("num_experts"), rows);
    return HashRule.of(experts, HashKey.TOKEN_ID, weights(config));
  }

  private static TopK weights(CaseConfig config) {
    String name = config.text("scoring_func");
    ScoreFunction scores = switch (name) {
      case "sqrtsoftplus" -> ScoreFunction.SQRT_SOFTPLUS;
      case "sigmoid" -> ScoreFunction.SIGMOID;
      default -> throw new UnsupportedCaseException("config scoring_func is " + name);
    };
    return new TopK(
        config.size("top_k"),
        scores,
        TopKNormalization.sum(1e-20),
        config.number("routed_scaling_factor"));
  }
}
