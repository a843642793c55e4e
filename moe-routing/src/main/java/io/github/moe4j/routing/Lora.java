package io.github.moe4j.routing;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.lora.FrozenFeedForward;
import io.github.moe4j.core.lora.FrozenRouter;
import io.github.moe4j.core.lora.LoraExperts;
import io.github.moe4j.core.lora.LoraOptions;
import io.github.moe4j.core.lora.LoraPair;
import io.github.moe4j.core.lora.LoraTarget;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Low-rank adapters of a layer: of its experts' projections, its router's gate and its shared expert, over weights that
 * stay as they are (LoRA, arXiv 2106.09685).
 *
 * <p>The adapted layer shares everything with the given one, and its parameters are the adapters alone: an optimizer, a
 * checkpoint and the gradients see no others. All other parts are frozen; the gradient of x goes through them.
 */
public final class Lora {
  private static final String EXPERTS = "experts";
  private static final String SHARED = "shared";

  private Lora() {}

  /**
   * A layer with new adapters. With the same seed and options A has the same bits; B is zero, so y is that of the layer.
   *
   * @param layer whose experts may be quantized. Kept, never modified.
   * @throws IllegalArgumentException if the layer lacks a target, or a part with a target cannot have adapters
   */
  public static MoeLayer adapt(MoeLayer layer, LoraOptions options) {
    SplittableRandom random = new SplittableRandom(options.seed());
    Map<LoraTarget, LoraPair> pairs = new EnumMap<>(LoraTarget.class);
    if (has(options, EXPERTS)) {
      Experts network = AdaptedExperts.network(layer.experts());
      put(EXPERTS, LoraExperts.of(network, EXPERTS, options, random).pairs(), pairs);
    }
    if (options.targets().contains(LoraTarget.ROUTER)) {
      LinearGate gate = gate(layer.router());
      pairs.put(
          LoraTarget.ROUTER,
          LoraPair.create(
              options, gate.parameters().dataType(), random, gate.experts(), gate.modelWidth()));
    }
    if (has(options, SHARED)) {
      Experts network = AdaptedExperts.network(shared(layer).network());
      put(SHARED, LoraExperts.of(network, SHARED, options, random).pairs(), pairs);
    }
    return over(layer, pairs, options.dropout());
  }

  private static boolean has(LoraOptions options, String part) {
    return options.targets().stream().anyMatch(target -> isOf(target, part));
  }

  private static boolean isOf(LoraTarget target, String part) {
    return target.path().startsWith(part + ".");
  }

  private static void put(String part, Map<String, LoraPair> own, Map<LoraTarget, LoraPair> pairs) {
    for (LoraTarget target : LoraTarget.values()) {
      LoraPair pair =
          isOf(target, part) ? own.get(target.path().substring(part.length() + 1)) : null;
      if (pair != null) {
        pairs.put(target, pair);
      }
    }
  }

  private static Map<String, LoraPair> of(String part, Map<LoraTarget, LoraPair> pairs) {
    Map<String, LoraPair> own = new LinkedHashMap<>();
    pairs.forEach((target, pair) -> {
      if (isOf(target, part)) {
        own.put(target.path().substring(part.length() + 1), pair);
      }
    });
    return own;
  }

  private static LinearGate gate(Router router) {
    Require.that(
        router instanceof GatedRouter gated && gated.gate() instanceof LinearGate,
        "a router with an adapter must be a GatedRouter with a LinearGate but was %s",
        router instanceof GatedRouter gated
            ? "one with " + gated.gate().getClass().getSimpleName()
            : router.getClass().getSimpleName());
    return (LinearGate) ((GatedRouter) router).gate();
  }

  private static DenseFeedForward shared(MoeLayer layer) {
    FeedForward shared = layer.sharedExpert().orElse(null);
    Require.that(
        shared instanceof DenseFeedForward,
        "a shared expert with adapters must be a DenseFeedForward but %s",
        shared == null ? "there is none" : "was a " + shared.getClass().getSimpleName());
    return (DenseFeedForward) shared;
  }

  /**
   * A layer with adapters over existing arrays, which become its parameters.
   *
   * @param layer Kept, never modified.
   * @param pairs by projection: A [E,r,in] and B [E,out,r] of experts and shared expert (E = 1), A [r,D] and B [E,r] of the
   *     router. Types are those of the parts; float32 over quantized experts.
   * @param dropout rate of adapters' inputs dropped in training, in [0, 1)
   * @throws IllegalArgumentException if the layer lacks a projection, a part cannot have adapters, or shapes or types do
   *     not match
   */
  public static MoeLayer over(MoeLayer layer, Map<LoraTarget, LoraPair> pairs, double dropout) {
    LoraPair ofRouter = pairs.get(LoraTarget.ROUTER);
    Router router = layer.router();
    if (ofRouter != null) {
      LoraGate gate = LoraGate.over(gate(router), ofRouter, dropout);
      router = GatedRouter.of(gate, ((GatedRouter) router).rule());
    }
    MoeLayer.Builder builder = layer.toBuilder(
        FrozenRouter.except(router, AdaptedExperts::isAdapter),
        AdaptedExperts.adapt(layer.experts(), of(EXPERTS, pairs), dropout));
    Map<String, LoraPair> ofShared = of(SHARED, pairs);
    DenseFeedForward adapted = ofShared.isEmpty() ? null : shared(layer);
    layer
        .sharedExpert()
        .ifPresent(shared -> builder.sharedExpert(FrozenFeedForward.except(
            adapted == null
                ? shared
                : adapted.withNetwork(AdaptedExperts.adapt(adapted.network(), ofShared, dropout)),
            AdaptedExperts::isAdapter)));
    return builder.build();
  }

  /**
   * Rate of adapters' inputs dropped in training.
   *
   * @param adapted a layer of {@link #adapt} or {@link #over}
   * @return the rate; 0 of a layer without adapters
   */
  public static double dropout(MoeLayer adapted) {
    Optional<LoraExperts> networks = AdaptedExperts.find(adapted.experts())
        .or(() -> adaptedShared(adapted))
        .filter(experts -> !experts.pairs().isEmpty());
    return networks
        .map(LoraExperts::dropout)
        .or(() -> adaptedGate(adapted).map(LoraGate::dropout))
        .orElse(0.0);
  }

  /**
   * The adapters of a layer, in live arrays.
   *
   * @param adapted a layer of {@link #adapt} or {@link #over}
   * @return by projection; none of another layer
   */
  public static Map<LoraTarget, LoraPair> pairs(MoeLayer adapted) {
    Map<LoraTarget, LoraPair> pairs = new EnumMap<>(LoraTarget.class);
    AdaptedExperts.find(adapted.experts())
        .ifPresent(experts -> put(EXPERTS, experts.pairs(), pairs));
    adaptedGate(adapted).ifPresent(gate -> pairs.put(LoraTarget.ROUTER, gate.pair()));
    adaptedShared(adapted).ifPresent(experts -> put(SHARED, experts.pairs(), pairs));
    return pairs;
  }

  private static Optional<LoraGate> adaptedGate(MoeLayer adapted) {
    return adapted.router() instanceof FrozenRouter frozen
            && frozen.inner() instanceof GatedRouter router
            && router.gate() instanceof LoraGate gate
        ? Optional.of(gate)
        : Optional.empty();
  }

  private static Optional<LoraExperts> adaptedShared(MoeLayer adapted) {
    return adapted.sharedExpert().orElse(null) instanceof FrozenFeedForward frozen
            && frozen.inner() instanceof DenseFeedForward dense
        ? AdaptedExperts.find(dense.network())
        : Optional.empty();
  }

  /**
   * A layer without adapters that computes the same up to rounding: weights with adapters are {@code W + s·B·A} in new
   * arrays, in float32 where they were quantized. Parts without adapters are those of the layer that was adapted.
   *
   * @param adapted a layer of {@link #adapt} or {@link #over}. Not modified.
   */
  public static MoeLayer merged(MoeLayer adapted) {
    Router router =
        adapted.router() instanceof FrozenRouter frozen ? frozen.inner() : adapted.router();
    if (router instanceof GatedRouter gated && gated.gate() instanceof LoraGate gate) {
      router = GatedRouter.of(gate.merged(), gated.rule());
    }
    MoeLayer.Builder builder = adapted.toBuilder(router, AdaptedExperts.merged(adapted.experts()));
    adapted.sharedExpert().ifPresent(shared -> builder.sharedExpert(mergedShared(shared)));
    return builder.build();
  }

  private static FeedForward mergedShared(FeedForward shared) {
    FeedForward inner = shared instanceof FrozenFeedForward frozen ? frozen.inner() : shared;
    return inner instanceof DenseFeedForward dense
        ? dense.withNetwork(AdaptedExperts.merged(dense.network()))
        : inner;
  }
}
