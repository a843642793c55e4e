package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.balance.catalogue.BiasControllerProvider;
import io.github.moe4j.balance.catalogue.CoefficientControllerProvider;
import io.github.moe4j.balance.catalogue.ControllerProvider;
import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.balance.catalogue.LossProvider;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/** Mechanisms of one loss or controller of the catalogues, with their usual settings. */
final class CatalogueMechanisms {
  /** They cannot recover a router from a total collapse, or not in so short a run. */
  private static final Set<String> WITHOUT_BOUND = Set.of("importance-of-weights");

  private CatalogueMechanisms() {}

  static Mechanism of(LossProvider loss) {
    return new Mechanism(
        loss.name(),
        "%s, %s".formatted(loss.title(), Mechanisms.setting(loss.defaultCoefficient())),
        loss.when(),
        loss.page(),
        StudiedRouter.of(loss.router()),
        loss.balances(),
        loss.balances() == LoadUnit.NONE || WITHOUT_BOUND.contains(loss.name())
            ? BalanceTarget.NONE
            : BalanceTarget.BALANCED,
        List.of(new MechanismPart.Loss(loss, loss.defaultCoefficient())));
  }

  static Mechanism of(ControllerProvider controller) {
    if (controller instanceof BiasControllerProvider bias) {
      OptionalDouble rate = bias.defaultRate();
      String text = rate.isEmpty()
          ? bias.title()
          : "%s, rate falling from %s to %s"
              .formatted(
                  bias.title(),
                  Mechanisms.setting(10 * rate.getAsDouble()),
                  Mechanisms.setting(rate.getAsDouble() / 2));
      return of(
          bias,
          text,
          rate.isEmpty() ? BalanceTarget.BALANCED : BalanceTarget.TIGHT,
          new MechanismPart.Bias(bias));
    }
    CoefficientControllerProvider steering = (CoefficientControllerProvider) controller;
    LossProvider loss = LossCatalogue.load().get(steering.loss());
    return of(
        steering,
        "%s of the coefficient of %s".formatted(steering.title(), loss.name()),
        BalanceTarget.BALANCED,
        new MechanismPart.SteeredLoss(loss, steering::create));
  }

  private static Mechanism of(
      ControllerProvider controller, String text, BalanceTarget bound, MechanismPart part) {
    return new Mechanism(
        controller.name(),
        text,
        controller.when(),
        controller.page(),
        StudiedRouter.of(controller.router()),
        controller.balances(),
        bound,
        List.of(part));
  }
}
