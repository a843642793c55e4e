package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.routing.BaseAssignment;
import io.github.moe4j.routing.BatchwiseMask;
import io.github.moe4j.routing.ExpertChoice;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.Sinkhorn;
import io.github.moe4j.routing.catalogue.LibraryRouter.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Routers that look at the whole batch and balance it. */
final class BatchRouters {
  private static final NumberOption FACTOR =
      NumberOption.bySize("factor", "experts per token on average; default k");

  private BatchRouters() {}

  static List<RouterProvider> all() {
    return List.of(
        LibraryRouter.rule(
            new Text(
                "sinkhorn",
                "Sinkhorn",
                "sinkhorn",
                "training: top-k of the Sinkhorn-normalized exp(l); weights σ(l) or p",
                "Megatron-LM, S-BASE",
                "tens of passes over [T,E]"),
            RouterTraits.of(ChoiceCount.k())
                .withLoad(LoadByDesign.NEARLY_EVEN_IN_TRAINING)
                .withNeeds(RouterNeed.OTHER_TOKENS_IN_TRAINING),
            List.of(),
            (config, parts) -> Sinkhorn.of(config.k())),
        LibraryRouter.rule(
            new Text(
                "base",
                "BASE",
                "base",
                "training: the assignment with the largest Σl and T/E tokens each; weight σ(l)",
                "BASE layers (fairseq)",
                "shortest paths over experts, exact"),
            RouterTraits.of(ChoiceCount.fixed(1))
                .withLoad(LoadByDesign.EVEN_IN_TRAINING)
                .withNeeds(RouterNeed.OTHER_TOKENS_IN_TRAINING),
            List.of(),
            (config, parts) -> new BaseAssignment()),
        LibraryRouter.rule(
            new Text(
                "expert-choice",
                "Expert choice",
                "expert-choice",
                "each expert its k·T/E tokens with the largest p",
                "Zhou et al. 2022, V-MoE, flaxformer, BALM, Nucleus-Image",
                "O(T·log C) per expert"),
            RouterTraits.of(ChoiceCount.averageK())
                .withLoad(LoadByDesign.EVEN)
                .withNeeds(RouterNeed.OTHER_TOKENS),
            List.of(FACTOR),
            (config, parts) -> ExpertChoice.of(config.find(FACTOR).orElse(config.k()))),
        LibraryRouter.of(
                new Text(
                    "batchwise",
                    "Batchwise mask",
                    "batchwise",
                    "training: each expert its k·T/E largest p; evaluation: p above a threshold",
                    "Shazeer et al. 2017, appendix F",
                    "O(T·log C) per expert"),
                RouterTraits.of(ChoiceCount.averageK())
                    .withLoad(LoadByDesign.EVEN_IN_TRAINING)
                    .withNeeds(RouterNeed.OTHER_TOKENS_IN_TRAINING),
                List.of(RuleProvider.GATE_BIAS),
                BatchRouters::batchwiseParameters,
                (config, parts) -> GatedRouter.of(
                    RuleProvider.gate(config, parts),
                    BatchwiseMask.of(config.k(), parts.array("rule.threshold"))))
            .balancedBy("batchwise-loss"));
  }

  private static Map<String, ParameterSpec> batchwiseParameters(RouterConfig config) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>(RuleProvider.gateParameters(config));
    all.put("rule.threshold", BatchwiseMask.threshold(config.experts()));
    return all;
  }
}
