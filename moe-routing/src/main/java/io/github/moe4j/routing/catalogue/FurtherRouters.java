package io.github.moe4j.routing.catalogue;

import static io.github.moe4j.routing.catalogue.LibraryRouter.topK;

import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.routing.AllExperts;
import io.github.moe4j.routing.CosineGate;
import io.github.moe4j.routing.ExpertTable;
import io.github.moe4j.routing.ForcedBalance;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.HashKey;
import io.github.moe4j.routing.HashRouter;
import io.github.moe4j.routing.ReMoE;
import io.github.moe4j.routing.TopP;
import io.github.moe4j.routing.catalogue.LibraryRouter.Text;
import java.util.List;
import java.util.Map;

/** Routers with a variable number of experts per token; other gates; fixed routers. */
final class FurtherRouters {
  private static final NumberOption P =
      NumberOption.of("p", "cumulative probability of a token's experts, in (0, 1]", 0.5);
  private static final NumberOption PROJECTION =
      NumberOption.whole("projection", "width of the projection", 16);
  private static final NumberOption VOCABULARY =
      NumberOption.whole("vocabulary", "exclusive upper bound of token ids", 256);

  private FurtherRouters() {}

  static List<RouterProvider> all() {
    return List.of(
        LibraryRouter.rule(
            new Text(
                "top-p",
                "Top-p",
                "top-p",
                "fewest experts whose p sum to the threshold; weights p",
                "Huang et al. 2024, BALM",
                "O(E + K log E) for K chosen"),
            RouterTraits.of(ChoiceCount.byToken()),
            List.of(P),
            (config, parts) -> TopP.of(config.number(P))),
        LibraryRouter.rule(
                new Text(
                    "remoe", "ReMoE", "remoe", "weights relu(l), where above 0", "ReMoE", "O(E)"),
                RouterTraits.of(ChoiceCount.byToken()),
                List.of(),
                (config, parts) -> new ReMoE())
            .balancedBy("remoe-l1"),
        LibraryRouter.of(
            new Text(
                "cosine",
                "Cosine gate",
                "cosine",
                "any rule on cos(W·x, e_i)·exp(temperature)",
                "X-MoE, Tutel, Swin-MoE",
                "a second, smaller matrix product"),
            RouterTraits.of(ChoiceCount.k()),
            List.of(PROJECTION),
            config -> CosineGate.parameterSpecs(
                config.experts(), config.modelWidth(), config.whole(PROJECTION)),
            (config, parts) -> GatedRouter.of(CosineGate.of(parts.arrays()), topK(config))),
        LibraryRouter.of(
            new Text(
                "hash",
                "Hash",
                "hash",
                "experts from a fixed table by token id or position; weights 1/k or scores",
                "Hash layers (Roller et al. 2021), MaxText",
                "one look-up"),
            RouterTraits.of(ChoiceCount.k())
                .withLoad(LoadByDesign.EVEN_BY_TABLE)
                .withNeeds(RouterNeed.TOKEN_IDS),
            List.of(VOCABULARY),
            config -> Map.of(),
            (config, parts) -> HashRouter.of(
                ExpertTable.random(
                    config.whole(VOCABULARY), config.experts(), config.k(), parts.seed()),
                HashKey.TOKEN_ID,
                config.modelWidth())),
        LibraryRouter.rule(
            new Text(
                "all-experts",
                "All experts",
                "all-experts",
                "every expert, weight p",
                "Jacobs et al. 1991",
                "O(E log E)"),
            RouterTraits.of(ChoiceCount.all()).withLoad(LoadByDesign.EVEN),
            List.of(),
            (config, parts) -> new AllExperts()),
        LibraryRouter.rule(
            new Text(
                "forced-balance",
                "Forced balance",
                "forced-balance",
                "experts round-robin, whatever the scores; weights as top-k",
                "benchmarks: Megatron-LM, torchtitan",
                "O(k)"),
            RouterTraits.of(ChoiceCount.k())
                .withLoad(LoadByDesign.EVEN)
                .withNeeds(RouterNeed.PLACE_IN_BATCH),
            List.of(),
            (config, parts) -> new ForcedBalance(topK(config))));
  }
}
