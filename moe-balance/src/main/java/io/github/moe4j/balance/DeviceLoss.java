package io.github.moe4j.balance;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * DeepSeek's device-level loss: {@code coefficient · Σ_d f'_d·P'_d} over devices, which lets experts
 * differ in load as long as devices are balanced (Dai et al. 2024, DeepSeekMoE, arXiv 2401.06066,
 * equations 15 to 17; DeepSeek-V2, arXiv 2405.04434, equations 26 to 28).
 *
 * <p>{@code f'_d} is the mean over the experts of device d of {@code f_e = E·n_e/N}, with n_e of N
 * choices on expert e, counted before dropping and constant for the gradient; {@code P'_d} is the
 * sum of their mean probabilities over the real tokens. The papers take both over the tokens of a
 * sequence. With one expert a device it is {@link SwitchLoss}.
 *
 * <p>Value with coefficient 1 at perfect balance: 1. At total collapse, all probability and every
 * choice on one device: D for devices with equal numbers of experts. A batch of only padding gives 0.
 *
 * @param coefficient weight of the loss, 0.05 in DeepSeek-V2
 * @param placement which experts share a device
 * @param pooling over which tokens f' and P' are taken before they are multiplied
 */
public record DeviceLoss(double coefficient, ExpertPlacement placement, LossScope pooling)
    implements BalanceLoss {

  /**
   * Checks the coefficient.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public DeviceLoss {
    Require.notNegative("coefficient", coefficient);
  }

  /** The loss within each sequence, as in the papers. */
  public static DeviceLoss of(double coefficient, ExpertPlacement placement) {
    return new DeviceLoss(coefficient, placement, LossScope.SEQUENCE);
  }

  @Override
  public String name() {
    return "device loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    return new ShareLoss(name(), coefficient, pooling).evaluate(layers, new Choices(placement));
  }

  /** Counts the choices of each device. */
  private record Choices(ExpertPlacement placement) implements ShareLoss.Count {
    @Override
    public int things(int experts) {
      placement.requireFits(experts);
      return placement.devices();
    }

    @Override
    public void visit(RouterDecision layer, ShareLoss.Counter counter) {
      Assignments made = layer.assignments();
      for (int n = 0; n < made.size(); n++) {
        counter.add(made.token(n), placement.deviceOf(made.expert(n)));
      }
    }

    @Override
    public double[] slope(double[] counts, long tokens, int experts) {
      double choices = 0;
      for (double count : counts) {
        choices += count;
      }
      double[] slope = new double[experts];
      for (int e = 0; choices > 0 && e < experts; e++) {
        int d = placement.deviceOf(e);
        slope[e] = experts * (counts[d] / choices) / placement.expertsOn(d);
      }
      return slope;
    }
  }
}
