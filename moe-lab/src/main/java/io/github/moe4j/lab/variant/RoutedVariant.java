package io.github.moe4j.lab.variant;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.capacity.CapacityProvider;
import io.github.moe4j.core.capacity.CapacityText;
import io.github.moe4j.core.catalogue.Catalogue;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertsCatalogue;
import io.github.moe4j.core.experts.ExpertsProvider;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.balance.MechanismSetup;
import io.github.moe4j.lab.ranks.Spread;
import io.github.moe4j.lab.report.ModelPart;
import io.github.moe4j.lab.routers.RouterRow;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** A variant with a router: every choice that is not made is the router's own, or the lab's. */
final class RoutedVariant {
  private final RouterChoice router;
  private final Choices choices;
  private final BalanceChoice balance;
  private final CapacityText capacity;
  private final ExpertsProvider kind;

  RoutedVariant(RouterChoice router, Choices choices) {
    this.router = router;
    this.choices = choices;
    this.balance = BalanceChoice.parse(Choices.orElse(choices.balance(), router.balance()));
    this.capacity = CapacityText.parse(Choices.orElse(choices.capacity(), router.capacity()));
    this.kind = kind(choices.kind());
    capacity.rule(1);
  }

  private static ExpertsProvider kind(@Nullable String name) {
    Catalogue<ExpertsProvider> kinds = ExpertsCatalogue.load();
    return name == null
        ? kinds.all().get(0)
        : kinds
            .find(name)
            .orElseThrow(() -> new IllegalArgumentException(
                "experts must be a number or one of %s but was %s".formatted(kinds.names(), name)));
  }

  Variant variant() {
    String title = router.provider().title();
    List<ModelPart> parts = List.of(
        new ModelPart(
            "router", router.provider().name(), text(), router.provider().formula()),
        new ModelPart("balance", balance.name(), balance.text(), ""),
        new ModelPart(
            "capacity",
            capacity.text(),
            capacity
                .provider()
                .map(formula -> "limit of an expert as in " + formula.title())
                .orElse("no assignment is dropped"),
            capacity.provider().map(CapacityProvider::formula).orElse("")),
        new ModelPart("experts", kind.name(), kind.title(), kind.formula()));
    return new Variant(
        router.name() + choices.suffix(),
        "%s; balance: %s; capacity: %s; experts: %s"
            .formatted(title, balance.text(), capacity.text(), kind.name()),
        parts,
        this::recipe);
  }

  private String text() {
    RouterProvider provider = router.provider();
    String known = provider.usedBy().isEmpty() ? "" : " Known from: " + provider.usedBy() + ".";
    String needs =
        provider.traits().needs().isEmpty() ? "" : " Needs: " + RouterRow.needs(provider) + ".";
    return "%s. Experts of a token: %s.%s%s"
        .formatted(provider.title(), provider.traits().choices(), known, needs);
  }

  private Recipe recipe(ModelSizes sizes) {
    LayerOptions layer = sizes
        .layer()
        .with(
            Choices.orElse(choices.experts(), sizes.layer().experts()),
            Choices.orElse(choices.k(), sizes.layer().k()));
    Require.that(
        !balance.steersBias() || router.provider().traits().readsBias(),
        "balance %s controls a selection bias, which router %s does not read",
        balance.name(),
        router.name());
    List<ExpertBias> biases = sizes.newBiases(layer.experts());
    Balancer balancer = balance.start(
        new MechanismSetup(layer.balanced(), biases, sizes.steps()),
        sizes.spread().counts());
    List<ExpertBias> unused = new ArrayList<>(biases);
    return new Recipe(
        (name, seed, arena) -> layer(layer, unused.remove(0), sizes.spread(), name, seed, arena),
        balancer,
        balance.reads());
  }

  private FeedForward layer(
      LayerOptions options, ExpertBias bias, Spread spread, String name, long seed, Arena arena) {
    int perToken = router.provider().traits().choices().expected(options.experts(), options.k());
    int hidden = options.expertHidden(kind.traits(), perToken);
    ExpertOptions experts = ExpertOptions.of(options.experts(), options.width(), hidden);
    Router gate = router
        .provider()
        .create(
            RouterConfig.of(options.experts(), options.width(), options.k()),
            DataType.FLOAT,
            bias,
            seed + 1);
    MoeLayer.Builder builder = MoeLayer.builder(gate, spread.experts(kind, experts, seed))
        .capacity(capacity.rule(perToken))
        .arena(arena)
        .name(name);
    if (kind.traits().shared()) {
      ExpertOptions one = ExpertOptions.of(1, options.width(), hidden);
      builder.sharedExpert(DenseFeedForward.of(kind.create(one, seed + 2)).withArena(arena));
    }
    return builder.build();
  }
}
