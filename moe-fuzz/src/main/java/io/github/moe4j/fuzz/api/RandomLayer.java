package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.Threads;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.capacity.CapacityCatalogue;
import io.github.moe4j.core.capacity.CapacityText;
import io.github.moe4j.core.capacity.PaddedToMultiple;
import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterProvider;
import io.github.moe4j.routing.catalogue.RuleProvider;
import io.github.moe4j.testkit.RandomArrays;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A layer of random parts, with the naive references of its experts.
 *
 * @param layer of a router of the catalogue
 * @param provider of its router
 * @param config of its router
 * @param bias that its router may read
 * @param experts its experts and what they must compute
 * @param shared what the shared expert must compute; null if there is none
 */
record RandomLayer(
    MoeLayer layer,
    RouterProvider provider,
    RouterConfig config,
    ExpertBias bias,
    RandomExperts experts,
    @Nullable Supplier<Reference> shared) {
  private static final List<RouterProvider> ROUTERS = RouterCatalogue.library();
  private static final int MOST_EXPERTS = 6;

  /**
   * Draws parts until they fit together; what does not is refused by a check.
   *
   * @param change applied to the experts, the identity unless the fuzzer itself is tested
   */
  static RandomLayer draw(SplittableRandom random, Calls calls, UnaryOperator<Experts> change) {
    while (true) {
      RouterProvider provider = Draw.of(random, ROUTERS);
      int e = 1 + random.nextInt(MOST_EXPERTS);
      int width = Draw.of(random, new int[] {1, 2, 3, 4, 8});
      RouterConfig config =
          new RouterConfig(e, width, 1 + random.nextInt(e + 1), options(random, provider));
      DataType type = Draw.of(random, DataType.FLOAT, DataType.DOUBLE);
      ExpertBias bias = ExpertBias.of(RandomArrays.normal(random, e));
      long seed = random.nextLong();
      DataType routerType =
          provider instanceof RuleProvider && Draw.oneIn(random, 4) ? DataType.DOUBLE : type;
      Optional<Router> router = calls.either(
          "router " + provider.name() + " with " + config,
          new Snapshot(),
          () -> provider.create(config, routerType, bias, seed));
      if (router.isEmpty()) {
        continue;
      }
      RandomExperts experts = RandomExperts.draw(random, e, width, type);
      Optional<RandomLayer> whole = calls.either(
          "a layer of " + provider.name() + " and " + experts.kind(),
          new Snapshot(),
          () -> build(random, provider, config, bias, router.get(), experts, change));
      if (whole.isPresent()) {
        return whole.get();
      }
    }
  }

  private static RandomLayer build(
      SplittableRandom random,
      RouterProvider provider,
      RouterConfig config,
      ExpertBias bias,
      Router router,
      RandomExperts experts,
      UnaryOperator<Experts> change) {
    Experts used = change.apply(experts.experts());
    MoeLayer.Builder builder = MoeLayer.builder(router, used)
        .weightAt(Draw.of(random, WeightAt.values()))
        .capacity(capacity(random, config.k()))
        .name("fuzzed");
    Supplier<Reference> reference = null;
    if (Draw.oneIn(random, 3)) {
      ExpertOptions one = ExpertOptions.of(1, config.modelWidth(), 2).withDataType(used.dataType());
      GluExperts network = GluExperts.create(one, random.nextLong());
      builder.sharedExpert(DenseFeedForward.of(network));
      reference = Reference.networks(network.parameters(), Activation.SILU);
    }
    if (Draw.oneIn(random, 4)) {
      builder.threads(Threads.of(1 + random.nextInt(2)));
    }
    return new RandomLayer(builder.build(), provider, config, bias, experts, reference);
  }

  /** Options of a router, mostly its usual ones, sometimes any number. */
  private static Map<String, Double> options(SplittableRandom random, RouterProvider provider) {
    Map<String, Double> all = new HashMap<>();
    for (NumberOption option : provider.options()) {
      if (Draw.oneIn(random, 4)) {
        double number = Draw.oneIn(random, 5)
            ? Draw.number(random)
            : option.whole() ? random.nextInt(4) : random.nextDouble() * 2;
        all.put(option.name(), number);
      }
    }
    if (Draw.oneIn(random, 100)) {
      all.put("unknown", 1.0);
    }
    return all;
  }

  private static CapacityRule capacity(SplittableRandom random, int k) {
    return switch (random.nextInt(6)) {
      case 0, 1 -> new Dropless();
      case 2 -> PaddedToMultiple.of(new Dropless(), 1 + random.nextInt(5));
      default -> CapacityText.parse(text(random)).rule(k);
    };
  }

  private static String text(SplittableRandom random) {
    String formula = Draw.of(random, CapacityCatalogue.library()).name();
    String number = Draw.oneIn(random, 10)
        ? Double.toString(Draw.number(random))
        : formula.equals("fixed")
            ? Integer.toString(1 + random.nextInt(5))
            : Double.toString(0.25 + random.nextDouble() * 2);
    List<String> parts = new ArrayList<>(List.of(formula, number));
    for (String modifier : CapacityText.allModifiers()) {
      if (Draw.oneIn(random, 6)) {
        parts.add(modifier);
      }
    }
    return String.join(":", parts);
  }

  DataType type() {
    return layer.dataType();
  }

  int width() {
    return layer.modelWidth();
  }

  int numberOfExperts() {
    return layer.experts().experts();
  }

  /** For messages. */
  String describe() {
    return "%s %s, %s, %s, %s, weights at the %s%s"
        .formatted(
            provider.name(),
            config,
            experts.kind(),
            type(),
            layer.capacity(),
            layer.weightAt(),
            shared == null ? "" : ", shared");
  }
}
