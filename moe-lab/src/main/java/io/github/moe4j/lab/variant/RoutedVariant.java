package io.github.moe4j.lab.variant;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.balance.MechanismSetup;
import io.github.moe4j.lab.report.ModelPart;
import io.github.moe4j.lab.routers.RouterFacts;
import io.github.moe4j.lab.routers.RouterSizes;
import java.util.ArrayList;
import java.util.List;

/** A variant with a router: every choice that is not made is the router's own, or the lab's. */
final class RoutedVariant {
  private final RouterChoice router;
  private final Choices choices;
  private final BalanceChoice balance;
  private final String capacity;
  private final ExpertKind kind;

  RoutedVariant(RouterChoice router, Choices choices) {
    this.router = router;
    this.choices = choices;
    this.balance = BalanceChoice.parse(Choices.orElse(choices.balance(), router.balance()));
    this.capacity = Choices.orElse(choices.capacity(), router.capacity());
    this.kind =
        choices.kind() == null ? ExpertKinds.all().get(0) : ExpertKinds.named(choices.kind());
    CapacityKinds.parse(capacity, 1);
  }

  Variant variant() {
    RouterFacts facts = router.entry().facts();
    String needs = facts.needs().equals("–") ? "" : " Needs: %s.".formatted(facts.needs());
    String text = "%s. Experts of a token: %s. Known from: %s.%s"
        .formatted(router.entry().title(), facts.choices(), facts.usedBy(), needs);
    List<ModelPart> parts = List.of(
        new ModelPart("router", router.entry().name(), text, facts.formula()),
        new ModelPart("balance", balance.name(), balance.text(), ""),
        new ModelPart(
            "capacity", capacity, CapacityKinds.text(capacity), CapacityKinds.formula(capacity)),
        new ModelPart("experts", kind.name(), kind.text(), kind.formula()));
    return new Variant(
        router.name() + choices.suffix(),
        "%s; balance: %s; capacity: %s; experts: %s"
            .formatted(router.entry().title(), balance.text(), capacity, kind.name()),
        parts,
        this::recipe);
  }

  private Recipe recipe(ModelSizes sizes) {
    LayerOptions layer = sizes
        .layer()
        .with(
            Choices.orElse(choices.experts(), sizes.layer().experts()),
            Choices.orElse(choices.k(), sizes.layer().k()));
    Require.that(
        !balance.steersBias() || router.entry().readsBias(),
        "balance %s steers a selection bias, which router %s does not read",
        balance.name(),
        router.name());
    List<ExpertBias> biases = sizes.newBiases(layer.experts());
    Balancer balancer = balance.start(new MechanismSetup(layer.balanced(), biases, sizes.steps()));
    List<ExpertBias> unused = new ArrayList<>(biases);
    return new Recipe(
        (name, seed, arena) -> layer(layer, unused.remove(0), name, seed, arena),
        balancer,
        balance.reads());
  }

  private FeedForward layer(
      LayerOptions options, ExpertBias bias, String name, long seed, Arena arena) {
    int perToken = router.entry().choices(options.experts(), options.k());
    int hidden = kind.hidden(options.activeHidden(), perToken);
    ExpertOptions experts = ExpertOptions.of(options.experts(), options.width(), hidden);
    RouterSizes gate = RouterSizes.toTrain(
        options.experts(), options.width(), options.k(), new RouterSizes.Start(seed + 1, bias));
    MoeLayer.Builder builder = MoeLayer.builder(
            router.entry().factory().create(gate), kind.factory().create(experts, seed))
        .capacity(CapacityKinds.parse(capacity, perToken))
        .arena(arena)
        .name(name);
    if (kind.shared()) {
      ExpertOptions one = ExpertOptions.of(1, options.width(), hidden);
      builder.sharedExpert(DenseFeedForward.of(GluExperts.create(one, seed + 2)).withArena(arena));
    }
    return builder.build();
  }
}
