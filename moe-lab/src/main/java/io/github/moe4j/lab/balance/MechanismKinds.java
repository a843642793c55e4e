package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.CompositeLoss;
import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.BiasRule;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The kinds of entries that {@link Mechanisms} has. */
final class MechanismKinds {
  static final CompositeLoss NOTHING = CompositeLoss.builder().build();

  private MechanismKinds() {}

  static Mechanism none(StudiedRouter router) {
    return new Mechanism(
        "none-" + router.label(),
        "nothing",
        "",
        "",
        router,
        LoadUnit.EXPERTS,
        BalanceTarget.NONE,
        (options, biases, steps) -> LossesAndControllers.of(NOTHING));
  }

  static Mechanism loss(
      String name,
      String description,
      String when,
      String page,
      Function<BalancedSizes, BalanceLoss> loss) {
    return new Mechanism(
        name,
        description,
        when,
        page,
        StudiedRouter.TOP_K,
        LoadUnit.EXPERTS,
        BalanceTarget.BALANCED,
        losses(options -> List.of(loss.apply(options))));
  }

  static Mechanism.Factory losses(Function<BalancedSizes, List<BalanceLoss>> losses) {
    return (options, biases, steps) -> LossesAndControllers.of(sum(losses.apply(options)));
  }

  static CompositeLoss sum(List<BalanceLoss> losses) {
    CompositeLoss.Builder all = CompositeLoss.builder();
    losses.forEach(all::add);
    return all.build();
  }

  /** The rate falls like the learning rate, so that the bias converges with the router. */
  static CoefficientSchedule fallingRate(int steps) {
    return CoefficientSchedule.cosine(0.01, 0.0005, steps);
  }

  static Mechanism bias(
      String name, String description, String when, Function<CoefficientSchedule, BiasRule> rule) {
    return new Mechanism(
        name,
        description,
        when,
        "controllers",
        StudiedRouter.DEEPSEEK_V3,
        LoadUnit.EXPERTS,
        BalanceTarget.TIGHT,
        (options, biases, steps) -> {
          BiasRule shared = rule.apply(fallingRate(steps));
          return controlled(NOTHING, biases, selection -> new BiasController(selection, shared));
        });
  }

  static LossesAndControllers controlled(
      CompositeLoss loss,
      List<ExpertBias> biases,
      Function<ExpertBias, LoadController> controller) {
    List<LoadController> controllers = new ArrayList<>();
    biases.forEach(bias -> controllers.add(controller.apply(bias)));
    return new LossesAndControllers(loss, controllers);
  }
}
