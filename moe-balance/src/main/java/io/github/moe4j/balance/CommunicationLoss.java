package io.github.moe4j.balance;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * DeepSeek-V2's communication loss: {@code coefficient · Σ_d f''_d·P''_d} over devices, which balances
 * the number of tokens each device receives (DeepSeek-AI 2024, arXiv 2405.04434, equations 29 to 31).
 *
 * <p>{@code f''_d = D/(M·T)·(tokens sent to device d)}: a token is sent to a device once, however
 * many of its experts are on it. {@code P''_d} is the sum of the mean probabilities of the experts
 * of device d over the real tokens T. Choices are counted before dropping and constant for the
 * gradient. The paper takes both over the tokens of a sequence, and a router whose groups are the
 * devices keeps a token on at most M of them.
 *
 * <p>Value with coefficient 1 at perfect balance: 1 if every token is sent to M devices, m/M if it is
 * m on average. At total collapse, all probability and every first choice on one device: D/M. A
 * batch of only padding gives 0.
 *
 * @param coefficient weight of the loss, 0.02 in DeepSeek-V2
 * @param placement which experts share a device
 * @param maxDevices M, devices that a token is sent to at most, in [1, D]
 * @param pooling over which tokens f'' and P'' are taken before they are multiplied
 */
public record CommunicationLoss(
    double coefficient, ExpertPlacement placement, int maxDevices, LossScope pooling)
    implements BalanceLoss {

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public CommunicationLoss {
    Require.notNegative("coefficient", coefficient);
    Require.that(
        maxDevices >= 1 && maxDevices <= placement.devices(),
        "maxDevices must be in [1, %d] but was %d",
        placement.devices(),
        maxDevices);
  }

  /** The loss within each sequence, as in the paper. */
  public static CommunicationLoss of(
      double coefficient, ExpertPlacement placement, int maxDevices) {
    return new CommunicationLoss(coefficient, placement, maxDevices, LossScope.SEQUENCE);
  }

  @Override
  public String name() {
    return "communication loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    return new ShareLoss(name(), coefficient, pooling)
        .evaluate(layers, new Sent(placement, maxDevices));
  }

  /** Counts the tokens sent to each device. */
  private record Sent(ExpertPlacement placement, int maxDevices) implements ShareLoss.Count {
    @Override
    public int things(int experts) {
      placement.requireFits(experts);
      return placement.devices();
    }

    @Override
    public void visit(RouterDecision layer, ShareLoss.Counter counter) {
      Assignments made = layer.assignments();
      int devices = placement.devices();
      boolean[] sent = new boolean[Math.multiplyExact(layer.tokens(), devices)];
      for (int n = 0; n < made.size(); n++) {
        int d = placement.deviceOf(made.expert(n));
        int place = made.token(n) * devices + d;
        if (!sent[place]) {
          sent[place] = true;
          counter.add(made.token(n), d);
        }
      }
    }

    @Override
    public double[] slope(double[] counts, long tokens, int experts) {
      double[] slope = new double[experts];
      for (int e = 0; e < experts; e++) {
        slope[e] = counts[placement.deviceOf(e)] * counts.length / ((double) maxDevices * tokens);
      }
      return slope;
    }
  }
}
