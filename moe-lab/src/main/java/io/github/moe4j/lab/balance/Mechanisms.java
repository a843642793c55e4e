package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.balance.catalogue.BiasControllerProvider;
import io.github.moe4j.balance.catalogue.ControllerCatalogue;
import io.github.moe4j.balance.catalogue.ControllerProvider;
import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.balance.control.SparsityController;
import io.github.moe4j.core.catalogue.Catalogue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every mechanism with the settings it is studied with: each loss and each controller of the catalogues
 * of moe-balance, a user's own too, and some of them together as published.
 */
public final class Mechanisms {
  private Mechanisms() {}

  /** A coefficient or a rate as the docs write it: 0.001, and 1e-4 below that. */
  public static String setting(double value) {
    return Double.toString(value).replace(".0E", "e").replace('E', 'e');
  }

  /** All mechanisms by router; the first of each router is its control. */
  public static List<Mechanism> all() {
    Catalogue<LossProvider> losses = LossCatalogue.load();
    Catalogue<ControllerProvider> controllers = ControllerCatalogue.load();
    Map<String, Mechanism> all = new LinkedHashMap<>();
    for (StudiedRouter router : StudiedRouter.values()) {
      add(all, control(router));
    }
    losses.forEach(loss -> add(all, CatalogueMechanisms.of(loss)));
    controllers.forEach(controller -> add(all, CatalogueMechanisms.of(controller)));
    together(losses, controllers).forEach(mechanism -> all.put(mechanism.name(), mechanism));
    all.remove("sparsity"); // studied as remoe-l1, with a smaller factor
    List<Mechanism> byRouter = new ArrayList<>(all.values());
    byRouter.sort(Comparator.comparing(Mechanism::router));
    return byRouter;
  }

  private static void add(Map<String, Mechanism> all, Mechanism mechanism) {
    if (all.put(mechanism.name(), mechanism) != null) {
      throw new IllegalArgumentException(
          "a loss and a controller must differ in name but both are " + mechanism.name());
    }
  }

  /** The mechanism of a name; an error that lists the names if there is none. */
  public static Mechanism named(String name) {
    return named("mechanism", all(), name);
  }

  /** The same among some. */
  static Mechanism named(String subject, List<Mechanism> among, String name) {
    return among.stream()
        .filter(m -> m.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("%s must be one of %s but was %s"
            .formatted(subject, among.stream().map(Mechanism::name).toList(), name)));
  }

  private static Mechanism control(StudiedRouter router) {
    return new Mechanism(
        "none-" + router.label(),
        "nothing",
        "",
        "",
        router,
        LoadUnit.EXPERTS,
        BalanceTarget.NONE,
        List.of());
  }

  /** Several losses and controllers together. */
  private static List<Mechanism> together(
      Catalogue<LossProvider> losses, Catalogue<ControllerProvider> controllers) {
    return List.of(
        new Mechanism(
            "deepseek-v2",
            "expert-, device- and communication-level, 0.01, 0.05, 0.02",
            "expert parallelism, all three combined",
            "deepseek-losses",
            StudiedRouter.TOP_K,
            LoadUnit.EXPERTS,
            BalanceTarget.BALANCED,
            List.of(
                new MechanismPart.Loss(losses.get("per-sequence"), 0.01),
                new MechanismPart.Loss(losses.get("device"), 0.05),
                new MechanismPart.Loss(losses.get("communication"), 0.02))),
        new Mechanism(
            "v3-published",
            "the sign rule as above and the complementary loss, 1e-4",
            "the bias, and a small loss within each sequence",
            "deepseek-losses",
            StudiedRouter.DEEPSEEK_V3,
            LoadUnit.EXPERTS,
            BalanceTarget.TIGHT,
            List.of(
                new MechanismPart.Loss(losses.get("complementary"), 1e-4),
                new MechanismPart.Bias((BiasControllerProvider) controllers.get("v3-sign")))),
        new Mechanism(
            "importance-and-load",
            "CV² of weights and of smooth load, 0.01 each",
            "noisy top-k, Shazeer's pair",
            "importance-and-load",
            StudiedRouter.NOISY_TOP_K,
            LoadUnit.EXPERTS,
            BalanceTarget.BALANCED,
            List.of(
                new MechanismPart.Loss(losses.get("importance-of-weights"), 0.01),
                new MechanismPart.Loss(losses.get("load"), 0.01))),
        new Mechanism(
            "remoe-l1",
            "L1 on weights, coefficient controlled by sparsity, factor 1.15",
            losses.get("remoe-l1").when(),
            "remoe-l1",
            StudiedRouter.REMOE,
            LoadUnit.EXPERTS,
            BalanceTarget.BALANCED,
            List.of(new MechanismPart.SteeredLoss(
                losses.get("remoe-l1"),
                (experts, k) -> new SparsityController(experts, k, 1e-8, 1.15)))));
  }
}
