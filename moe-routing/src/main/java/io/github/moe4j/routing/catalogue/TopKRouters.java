package io.github.moe4j.routing.catalogue;

import static io.github.moe4j.routing.catalogue.LibraryRouter.topK;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.routing.GShard;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.GumbelNoise;
import io.github.moe4j.routing.InputJitter;
import io.github.moe4j.routing.LearnedNoise;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.LogitJitter;
import io.github.moe4j.routing.NoisyTopK;
import io.github.moe4j.routing.SampledTopK;
import io.github.moe4j.routing.SparseMixer;
import io.github.moe4j.routing.Switch;
import io.github.moe4j.routing.catalogue.LibraryRouter.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The largest scores, with and without noise. */
final class TopKRouters {
  private static final NumberOption EPSILON =
      NumberOption.of("epsilon", "half the width of the factors on x, in [0, 1)", 1e-2);
  private static final NumberOption RANGE =
      NumberOption.of("range", "half the width of the factors on the logits, in [0, 1)", 0.3);
  private static final NumberOption JITTER =
      NumberOption.of("jitter", "width of the mask around the best score", 0.1);
  private static final NumberOption SECOND = NumberOption.whole(
      "second",
      "policy of the second expert in training: 0 all, 1 none, 2 threshold, 3 random, 4 sampling",
      GShard.Second.RANDOM.ordinal());

  private static final RouterTraits K = RouterTraits.of(ChoiceCount.k());
  private static final RouterTraits K_WITH_NOISE = K.withNeeds(RouterNeed.GENERATOR_IN_TRAINING);

  private TopKRouters() {}

  static List<RouterProvider> all() {
    return List.of(
        LibraryRouter.rule(
            new Text(
                "top-k",
                "Top-k",
                "top-k",
                "k largest p; weights p/Σp, p, σ(l) or √softplus(l), times a scale",
                "Mixtral, OLMoE, Qwen-MoE, gpt-oss, JetMoE, Llama 4 (σ, k = 1)",
                "O(E·k)"),
            K,
            TopKOptions.SOFTMAX.all(),
            (config, parts) -> TopKOptions.SOFTMAX.of(config)),
        LibraryRouter.rule(
            new Text(
                "switch", "Switch", "switch", "largest p, weight p", "Switch Transformers", "O(E)"),
            RouterTraits.of(ChoiceCount.fixed(1)),
            List.of(),
            (config, parts) -> new Switch()),
        noisyTopK().balancedBy("importance-and-load"),
        LibraryRouter.rule(
            new Text(
                "gumbel",
                "Gumbel top-k",
                "gumbel",
                "top-k of (l + Gumbel)/τ, τ by schedule",
                "st-moe-pytorch",
                "O(E·k), two logarithms per score"),
            K.withNeeds(RouterNeed.GENERATOR_IN_TRAINING, RouterNeed.STEP),
            List.of(),
            (config, parts) -> GumbelNoise.of(topK(config))),
        LibraryRouter.rule(
            new Text(
                "sampled",
                "Sampled top-k",
                "gumbel",
                "k experts drawn without replacement from p; weights as top-k",
                "DeepSpeed `RSample`",
                "O(E·k), two logarithms per score"),
            K_WITH_NOISE,
            List.of(),
            (config, parts) -> new SampledTopK(topK(config))),
        LibraryRouter.of(
            new Text(
                "jitter",
                "Input jitter",
                "jitter",
                "any rule on the scores of x·U[1−ε, 1+ε]",
                "Switch Transformers, mesh, Megatron-LM, DeepSpeed",
                "a uniform number for each of D activations"),
            K_WITH_NOISE,
            List.of(EPSILON, RuleProvider.GATE_BIAS),
            RuleProvider::gateParameters,
            (config, parts) -> GatedRouter.of(
                InputJitter.of(RuleProvider.gate(config, parts), config.number(EPSILON)),
                topK(config))),
        LibraryRouter.rule(
            new Text(
                "logit-jitter",
                "Logit jitter",
                "jitter",
                "any rule on l·(1 + U[−c, c])",
                "open variants with c = 0.3 to 0.5",
                "a uniform number per score"),
            K_WITH_NOISE,
            List.of(RANGE),
            (config, parts) -> new LogitJitter(topK(config), config.number(RANGE))),
        LibraryRouter.rule(
            new Text(
                "sparsemixer",
                "SparseMixer",
                "sparsemixer",
                "twice: sample from p masked to near-best scores; own gradient estimate",
                "Phi-3.5-MoE, GRIN",
                "O(E), two uniform numbers per score"),
            RouterTraits.of(ChoiceCount.fixed(2)).withNeeds(RouterNeed.GENERATOR_IN_TRAINING),
            List.of(JITTER),
            (config, parts) -> new SparseMixer(config.number(JITTER))),
        LibraryRouter.rule(
            new Text(
                "gshard",
                "GShard top-2",
                "gshard",
                "best p, and the second kept at random if U < p2/threshold",
                "GShard, NLLB-MoE, mesh, fairseq, st-moe-pytorch",
                "O(E), a uniform number per token"),
            RouterTraits.of(ChoiceCount.upTo(2)).withNeeds(RouterNeed.GENERATOR_IN_TRAINING),
            List.of(SECOND),
            (config, parts) -> GShard.top2(second(config))));
  }

  private static LibraryRouter noisyTopK() {
    return LibraryRouter.of(
        new Text(
            "noisy-top-k",
            "Noisy top-k",
            "noisy-top-k",
            "k largest l + N(0,1)·softplus(x·Wnoise); softmax over them",
            "Shazeer et al. 2017, tensor2tensor, V-MoE (fixed σ), FastMoE",
            "O(E·k), a normal number, softplus and Φ per score"),
        K_WITH_NOISE,
        List.of(RuleProvider.GATE_BIAS),
        TopKRouters::noisyParameters,
        TopKRouters::noisy);
  }

  private static Map<String, ParameterSpec> noisyParameters(RouterConfig config) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>(RuleProvider.gateParameters(config));
    all.put("noise.weight", ParameterSpec.constant(0, config.experts(), config.modelWidth()));
    return all;
  }

  private static Router noisy(RouterConfig config, RouterParts parts) {
    LearnedNoise noise = LearnedNoise.of(LinearGate.of(parts.array("noise.weight")));
    return NoisyTopK.of(RuleProvider.gate(config, parts), noise, topK(config));
  }

  private static GShard.Second second(RouterConfig config) {
    GShard.Second[] policies = GShard.Second.values();
    int chosen = config.whole(SECOND);
    if (chosen < 0 || chosen >= policies.length) {
      throw new IllegalArgumentException(
          "second of gshard must be in [0, %d) but was %d".formatted(policies.length, chosen));
    }
    return policies[chosen];
  }
}
