package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.BiasedTopK;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.SparseMixer;
import io.github.moe4j.routing.Switch;
import io.github.moe4j.routing.TopK;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A router as an entry of {@link RouterCatalogue} with its options, without its parameters.
 *
 * @param name of the entry
 * @param k choices per token
 * @param options numbers by name
 */
public record RouterChoice(String name, int k, Map<String, Double> options) {
  /** Copies the options. */
  public RouterChoice {
    options = Map.copyOf(options);
  }

  /**
   * The choice that builds a router like the given one: a {@link GatedRouter} of a {@link LinearGate} and a rule of top-k,
   * switch, DeepSeek-V2, DeepSeek-V3, biased top-k or SparseMixer.
   *
   * @param router Not modified.
   * @throws IllegalArgumentException if no entry of the catalogue is like it; the message says what is not
   */
  public static RouterChoice of(Router router) {
    Require.that(
        router instanceof GatedRouter,
        "a router of the catalogue must be a GatedRouter but was a %s",
        router.getClass().getSimpleName());
    GatedRouter gated = (GatedRouter) router;
    Require.that(
        gated.gate() instanceof LinearGate,
        "a router of the catalogue must have a LinearGate but has a %s",
        gated.gate().getClass().getSimpleName());
    RouterChoice choice = of(gated.rule());
    boolean hasBias = gated.gate().parameters().names().contains("bias");
    RouterChoice all = hasBias ? choice.with("gateBias", 1) : choice;
    all.requireLike(gated);
    return all;
  }

  private static RouterChoice of(RoutingRule rule) {
    if (rule instanceof TopK topK) {
      return new RouterChoice("top-k", topK.k(), TopKOptions.of(topK));
    }
    if (rule instanceof Switch) {
      return new RouterChoice("switch", 1, Map.of());
    }
    if (rule instanceof DeepSeekV2 v2) {
      return grouped("deepseek-v2", v2.topK(), v2.groups());
    }
    if (rule instanceof DeepSeekV3 v3) {
      return grouped("deepseek-v3", v3.topK(), v3.groups());
    }
    if (rule instanceof BiasedTopK biased) {
      return new RouterChoice("biased-top-k", biased.topK().k(), TopKOptions.of(biased.topK()));
    }
    if (rule instanceof SparseMixer mixer) {
      return new RouterChoice("sparsemixer", 2, Map.of("jitter", mixer.jitter()));
    }
    throw new IllegalArgumentException(
        "no router of the catalogue has the rule " + rule.getClass().getSimpleName());
  }

  private static RouterChoice grouped(String name, TopK topK, ExpertGroups groups) {
    Map<String, Double> options = new TreeMap<>(TopKOptions.of(topK));
    options.put("groups", (double) groups.groups());
    options.put("kept", (double) groups.kept());
    options.put("best", (double) groups.best());
    options.put("outside", (double) groups.outside().ordinal());
    return new RouterChoice(name, topK.k(), options);
  }

  private RouterChoice with(String option, double value) {
    Map<String, Double> more = new TreeMap<>(options);
    more.put(option, value);
    return new RouterChoice(name, k, more);
  }

  /** The expert bias that a router reads; empty if it reads none. */
  public static Optional<ExpertBias> bias(Router router) {
    RoutingRule rule = router instanceof GatedRouter gated ? gated.rule() : null;
    @Nullable
    ExpertBias bias = rule instanceof DeepSeekV3 v3
        ? v3.bias()
        : rule instanceof BiasedTopK biased ? biased.bias() : null;
    return Optional.ofNullable(bias);
  }

  /** Throws unless the catalogue builds a router of the same rule. */
  private void requireLike(GatedRouter router) {
    RouterProvider entry = RouterCatalogue.load().get(name);
    RouterParts parts = new RouterParts(
        router.parameters()::get,
        bias(router).orElseGet(() -> ExpertBias.zeros(router.experts())),
        0);
    Router built =
        entry.build(new RouterConfig(router.experts(), router.modelWidth(), k, options), parts);
    Require.that(
        built instanceof GatedRouter gated && gated.rule().equals(router.rule()),
        "router %s of the catalogue cannot express the rule %s",
        name,
        router.rule());
  }
}
