package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.catalogue.BiasControllerProvider;
import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.balance.control.CoefficientController;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.List;
import java.util.Set;

/** One loss or controller of a mechanism. */
public sealed interface MechanismPart {
  /**
   * Adds it to a balancer.
   *
   * @param mechanism its name, which the names of losses begin with
   */
  void addTo(Balancer.Builder balancer, String mechanism, MechanismSetup setup);

  /** Kinds of scores that a router must offer. */
  Set<Kind> reads();

  /** A loss with a fixed coefficient. */
  record Loss(LossProvider provider, double coefficient) implements MechanismPart {
    @Override
    public void addTo(Balancer.Builder balancer, String mechanism, MechanismSetup setup) {
      balancer.add(
          mechanism + "/" + provider.name(),
          provider.create(coefficient, setup.losses()),
          CoefficientSchedule.constant(1));
    }

    @Override
    public Set<Kind> reads() {
      return provider.reads();
    }
  }

  /** A loss whose coefficient a controller of all layers changes. */
  record SteeredLoss(LossProvider provider, Steering steering) implements MechanismPart {
    /** Makes the controller. */
    @FunctionalInterface
    public interface Steering {
      /** A new one. */
      CoefficientController create(int experts, int k);
    }

    @Override
    public void addTo(Balancer.Builder balancer, String mechanism, MechanismSetup setup) {
      CoefficientController controller =
          steering.create(setup.sizes().experts(), setup.sizes().k());
      balancer
          .add(mechanism + "/" + provider.name(), provider.create(1, setup.losses()), controller)
          .controller(controller);
    }

    @Override
    public Set<Kind> reads() {
      return provider.reads();
    }
  }

  /**
   * A controller of each layer's selection bias. Runs are short, so its rate falls from ten times the
   * usual one to half of it, like the learning rate; the bias settles as the router does.
   */
  record Bias(BiasControllerProvider provider) implements MechanismPart {
    @Override
    public void addTo(Balancer.Builder balancer, String mechanism, MechanismSetup setup) {
      double usual = provider.defaultRate().orElse(0);
      CoefficientSchedule rate = CoefficientSchedule.cosine(10 * usual, usual / 2, setup.steps());
      List<LoadController> controllers = setup.biases().stream()
          .map(bias -> provider.create(bias, setup.sizes().k(), rate))
          .toList();
      balancer.controllers(controllers);
    }

    @Override
    public Set<Kind> reads() {
      return Set.of();
    }
  }
}
