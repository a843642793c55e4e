package io.github.moe4j.lab.routers;

import io.github.moe4j.routing.AllExperts;
import io.github.moe4j.routing.BaseAssignment;
import io.github.moe4j.routing.BatchwiseMask;
import io.github.moe4j.routing.BiasedTopK;
import io.github.moe4j.routing.CosineGate;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertChoice;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.ExpertTable;
import io.github.moe4j.routing.ForcedBalance;
import io.github.moe4j.routing.GShard;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.GumbelNoise;
import io.github.moe4j.routing.HashKey;
import io.github.moe4j.routing.HashRouter;
import io.github.moe4j.routing.InputJitter;
import io.github.moe4j.routing.LearnedNoise;
import io.github.moe4j.routing.LogitJitter;
import io.github.moe4j.routing.NoisyTopK;
import io.github.moe4j.routing.ReMoE;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.SampledTopK;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.Sinkhorn;
import io.github.moe4j.routing.SparseMixer;
import io.github.moe4j.routing.Switch;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import io.github.moe4j.routing.TopP;
import java.util.List;
import java.util.function.Function;

/** The registry: every router of the library, with what the docs say about it. */
public final class RouterCatalogue {
  private static final String GATE = "W [E,D]";
  private static final String NO = "no";
  private static final String K = "k";
  private static final String NOTHING = "–";
  private static final String NOISE = "generator when training";
  private static final String SELECT = "O(E·k)";

  private static final List<RouterEntry> ALL = List.of(
      rule(
          "top-k",
          "Top-k",
          "top-k",
          new RouterFacts(
              "k largest p; weights p/Σp, p, σ(l) or √softplus(l), times a scale",
              GATE,
              K,
              NO,
              NOTHING,
              "Mixtral, OLMoE, Qwen-MoE, gpt-oss, JetMoE, Llama 4 (σ, k = 1)",
              SELECT),
          sizes -> topK(sizes.k())),
      rule(
          "switch",
          "Switch",
          "switch",
          new RouterFacts(
              "largest p, weight p", GATE, "1", NO, NOTHING, "Switch Transformers", "O(E)"),
          sizes -> new Switch()),
      RouterEntry.of(
              "noisy-top-k",
              "Noisy top-k",
              "noisy-top-k",
              new RouterFacts(
                  "k largest l + N(0,1)·softplus(x·Wnoise); softmax over them",
                  GATE + ", Wnoise [E,D] or scales",
                  K,
                  NO,
                  NOISE,
                  "Shazeer et al. 2017, tensor2tensor, V-MoE (fixed σ), FastMoE",
                  "O(E·k), a normal number, softplus and Φ a score"),
              sizes -> NoisyTopK.of(
                  sizes.gate(),
                  LearnedNoise.create(sizes.experts(), sizes.modelWidth(), sizes.dataType()),
                  topK(sizes.k())))
          .balancedBy("importance-and-load"),
      rule(
          "gumbel",
          "Gumbel top-k",
          "gumbel",
          new RouterFacts(
              "top-k of (l + Gumbel)/τ, τ by schedule",
              GATE,
              K,
              NO,
              NOISE + ", step for τ",
              "st-moe-pytorch",
              "O(E·k), two logarithms a score"),
          sizes -> GumbelNoise.of(topK(sizes.k()))),
      rule(
          "sampled",
          "Sampled top-k",
          "gumbel",
          new RouterFacts(
              "k experts drawn without replacement from p; weights as top-k",
              GATE,
              K,
              NO,
              NOISE,
              "DeepSpeed `RSample`",
              "O(E·k), two logarithms a score"),
          sizes -> new SampledTopK(topK(sizes.k()))),
      gate(
          "jitter",
          "Input jitter",
          "jitter",
          new RouterFacts(
              "any rule on the scores of x·U[1−ε, 1+ε]",
              GATE,
              K,
              NO,
              NOISE,
              "Switch Transformers, mesh, Megatron-LM, DeepSpeed",
              "a uniform number for each of D activations"),
          sizes -> GatedRouter.of(InputJitter.of(sizes.gate(), 1e-2), topK(sizes.k()))),
      rule(
          "logit-jitter",
          "Logit jitter",
          "jitter",
          new RouterFacts(
              "any rule on l·(1 + U[−c, c])",
              GATE,
              K,
              NO,
              NOISE,
              "open variants with c = 0.3 to 0.5",
              "a uniform number a score"),
          sizes -> new LogitJitter(topK(sizes.k()), 0.3)),
      rule(
          "sparsemixer",
          "SparseMixer",
          "sparsemixer",
          new RouterFacts(
              "twice: sample from p masked to near-best scores; own gradient estimate",
              GATE,
              "2",
              NO,
              NOISE,
              "Phi-3.5-MoE, GRIN",
              "O(E), two uniform numbers a score"),
          sizes -> new SparseMixer(0.1)),
      rule(
          "gshard",
          "GShard top-2",
          "gshard",
          new RouterFacts(
              "best p, and the second kept at random if U < p2/threshold",
              GATE,
              "1 to 2",
              NO,
              NOISE,
              "GShard, NLLB-MoE, mesh, fairseq, st-moe-pytorch",
              "O(E), a uniform number a token"),
          sizes -> GShard.top2(GShard.Second.RANDOM)),
      rule(
          "deepseek-v2",
          "DeepSeek-V2",
          "deepseek-v2",
          new RouterFacts(
              "top-k of p within the groups with the best experts, times a scale",
              GATE,
              K,
              NO,
              NOTHING,
              "DeepSeek-V2, V2-Lite, VL2",
              SELECT),
          RouterCatalogue::deepSeekV2),
      rule(
              "deepseek-v3",
              "DeepSeek-V3",
              "deepseek-v3",
              new RouterFacts(
                  "top-k of σ(l) + b within the best groups; weights 2.5·σ/Σσ",
                  GATE + "; b [E] outside the gradient",
                  K,
                  "by its bias controller",
                  NOTHING,
                  "DeepSeek-V3 and R1, Kimi K2, GLM-4.5, torchtitan",
                  SELECT),
              RouterCatalogue::deepSeekV3)
          .balancedBy("v3-sign"),
      rule(
              "biased-top-k",
              "Biased top-k",
              "biased-top-k",
              new RouterFacts(
                  "top-k of l + b; weights as top-k, of l alone",
                  GATE + "; b [E] outside the gradient",
                  K,
                  "by its bias controller",
                  NOTHING,
                  "Megatron-LM `quantile_balancing`",
                  SELECT),
              sizes -> new BiasedTopK(topK(sizes.k()), sizes.bias(0.5)))
          .balancedBy("quantile"),
      rule(
          "sinkhorn",
          "Sinkhorn",
          "sinkhorn",
          new RouterFacts(
              "training: top-k of the Sinkhorn-normalized exp(l); weights σ(l) or p",
              GATE,
              K,
              "nearly, in training",
              "other tokens of the batch",
              "Megatron-LM, S-BASE",
              "tens of passes over [T,E]"),
          sizes -> Sinkhorn.of(sizes.k())),
      rule(
          "base",
          "BASE",
          "base",
          new RouterFacts(
              "training: the assignment with the largest Σl and T/E tokens each; weight σ(l)",
              GATE,
              "1",
              "yes, in training",
              "other tokens of the batch",
              "BASE layers (fairseq)",
              "shortest paths over experts, exact"),
          sizes -> new BaseAssignment()),
      rule(
          "expert-choice",
          "Expert choice",
          "expert-choice",
          new RouterFacts(
              "each expert its k·T/E tokens with the largest p",
              GATE,
              "k on average",
              "yes",
              "other tokens, also later ones",
              "Zhou et al. 2022, V-MoE, flaxformer, BALM, Nucleus-Image",
              "O(T·log C) an expert"),
          sizes -> ExpertChoice.of(sizes.k())),
      rule(
              "batchwise",
              "Batchwise mask",
              "batchwise",
              new RouterFacts(
                  "training: each expert its k·T/E largest p; evaluation: p above a threshold",
                  GATE + ", thresholds [E]",
                  "k on average",
                  "yes, in training",
                  "other tokens when training",
                  "Shazeer et al. 2017, appendix F",
                  "O(T·log C) an expert"),
              sizes -> BatchwiseMask.create(sizes.k(), sizes.experts(), sizes.dataType()))
          .balancedBy("batchwise-loss"),
      rule(
          "top-p",
          "Top-p",
          "top-p",
          new RouterFacts(
              "fewest experts whose p sum to the threshold; weights p",
              GATE,
              "by token",
              NO,
              NOTHING,
              "Huang et al. 2024, BALM",
              "O(E + K log E) for K chosen"),
          sizes -> TopP.of(0.5)),
      rule(
              "remoe",
              "ReMoE",
              "remoe",
              new RouterFacts(
                  "weights relu(l), where above 0",
                  GATE,
                  "by token",
                  "by its L1 loss",
                  NOTHING,
                  "ReMoE",
                  "O(E)"),
              sizes -> new ReMoE())
          .balancedBy("remoe-l1"),
      gate(
          "cosine",
          "Cosine gate",
          "cosine",
          new RouterFacts(
              "any rule on cos(W·x, e_i)·exp(temperature)",
              "projection [P,D], embeddings [P,E], temperature",
              K,
              NO,
              NOTHING,
              "X-MoE, Tutel, Swin-MoE",
              "a second, smaller product"),
          sizes -> GatedRouter.of(
              CosineGate.create(
                  sizes.experts(), sizes.modelWidth(), 16, sizes.dataType(), sizes.seed(1)),
              topK(sizes.k()))),
      RouterEntry.of(
          "hash",
          "Hash",
          "hash",
          new RouterFacts(
              "experts from a fixed table by token id or position; weights 1/k or scores",
              "nothing",
              K,
              "by the table, on its frequencies",
              "token ids",
              "Hash layers (Roller et al. 2021), MaxText",
              "one look-up"),
          sizes -> HashRouter.of(
              ExpertTable.random(RouterSizes.VOCABULARY, sizes.experts(), sizes.k(), sizes.seed(1)),
              HashKey.TOKEN_ID,
              sizes.modelWidth())),
      rule(
          "all-experts",
          "All experts",
          "all-experts",
          new RouterFacts(
              "every expert, weight p",
              GATE,
              "E",
              "yes",
              NOTHING,
              "Jacobs et al. 1991",
              "O(E log E)"),
          sizes -> new AllExperts()),
      rule(
          "forced-balance",
          "Forced balance",
          "forced-balance",
          new RouterFacts(
              "experts in turn, whatever the scores; weights as top-k",
              GATE,
              K,
              "yes",
              NOTHING,
              "benchmarks: Megatron-LM, torchtitan",
              "O(k)"),
          sizes -> new ForcedBalance(topK(sizes.k()))));

  private RouterCatalogue() {}

  /** All routers. */
  public static List<RouterEntry> all() {
    return ALL;
  }

  /** The router of a name; an error that lists the names if there is none. */
  public static RouterEntry named(String name) {
    return ALL.stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("router must be one of %s but was %s"
            .formatted(ALL.stream().map(RouterEntry::name).toList(), name)));
  }

  private static RouterEntry rule(
      String name,
      String title,
      String page,
      RouterFacts facts,
      Function<RouterSizes, RoutingRule> rule) {
    return gate(name, title, page, facts, sizes -> GatedRouter.of(sizes.gate(), rule.apply(sizes)));
  }

  private static RouterEntry gate(
      String name, String title, String page, RouterFacts facts, RouterEntry.Factory factory) {
    return RouterEntry.of(name, title, page, facts, factory);
  }

  /** With one choice normalized weights would always be 1 and the router could not learn. */
  private static TopK topK(int k) {
    return k == 1 ? TopK.unnormalized(1) : TopK.of(k);
  }

  private static RoutingRule deepSeekV2(RouterSizes sizes) {
    int groups = Math.min(4, sizes.experts());
    return DeepSeekV2.of(sizes.k(), groups, keptGroups(groups, sizes), 1);
  }

  private static RoutingRule deepSeekV3(RouterSizes sizes) {
    int experts = sizes.experts();
    int groups = Math.max(1, Math.min(4, experts / 2));
    TopK weights = new TopK(
        sizes.k(),
        ScoreFunction.SIGMOID,
        sizes.k() == 1 ? TopKNormalization.none() : TopKNormalization.sum(1e-20),
        2.5);
    ExpertGroups best = new ExpertGroups(
        groups,
        keptGroups(groups, sizes),
        Math.min(2, experts / groups),
        ExpertGroups.Outside.NEGATIVE_INFINITY);
    return new DeepSeekV3(weights, sizes.bias(0.12), best);
  }

  /** Half of the groups, or more if these have fewer than k experts. */
  private static int keptGroups(int groups, RouterSizes sizes) {
    int needed = (sizes.k() * groups + sizes.experts() - 1) / sizes.experts();
    return Math.max(Math.max(1, groups / 2), needed);
  }
}
