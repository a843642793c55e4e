package io.github.moe4j.balance;

import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * DeepSeek-V3's complementary sequence-wise loss: {@code coefficient · Σ_i f_i·P_i}, the mean over
 * sequences (DeepSeek-AI 2024, arXiv 2412.19437, equations 17 to 20; {@code seq_aux_loss} of
 * Megatron-LM).
 *
 * <p>{@code f_i = E/(K·T)} times the number of the sequence's real tokens that have expert i among
 * their K largest scores, a constant for the gradient; {@code P_i} is the mean of {@code s_i/Σ s}.
 * It differs from {@link SwitchLoss#perSequence} in the count: by the scores only, without
 * V3's bias and its groups, so it acts on the scores even if the bias has balanced the
 * choices. Ties go to the lowest expert index.
 *
 * <p>Value with coefficient 1 at perfect balance: 1. At total collapse, all probability on one
 * expert: E/K. A batch of only padding gives 0.
 *
 * @param coefficient weight of the loss, 1e-4 in DeepSeek-V3
 * @param k best scores of a token that count, 1 ≤ k ≤ E
 * @param pooling over which tokens f and P are taken before they are multiplied
 */
public record ComplementaryLoss(double coefficient, int k, LossScope pooling)
    implements BalanceLoss {

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ComplementaryLoss {
    Require.notNegative("coefficient", coefficient);
    Require.positive("k", k);
  }

  /** The loss within each sequence, as in the paper. */
  public static ComplementaryLoss of(double coefficient, int k) {
    return new ComplementaryLoss(coefficient, k, LossScope.SEQUENCE);
  }

  @Override
  public String name() {
    return "complementary loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    return new ShareLoss(name(), coefficient, pooling).evaluate(layers, new Best(name(), k));
  }

  /** Counts the best scores of each token. */
  private record Best(String name, int k) implements ShareLoss.Count {
    @Override
    public int things(int experts) {
      Require.that(k <= experts, "k must be at most E = %d but was %d", experts, k);
      return experts;
    }

    @Override
    public void visit(RouterDecision layer, ShareLoss.Counter counter) {
      Probabilities p = layer.requireProbabilities(name);
      double[] row = new double[layer.experts()];
      for (int t = 0; t < layer.tokens(); t++) {
        if (layer.mask().valid(t)) {
          p.copyRow(t, row);
          for (int i = 0; i < k; i++) {
            int best = largest(row);
            row[best] = -1; // below every probability: taken
            counter.add(t, best);
          }
        }
      }
    }

    private static int largest(double[] row) {
      int best = 0;
      for (int e = 1; e < row.length; e++) {
        best = row[e] > row[best] ? e : best;
      }
      return best;
    }

    @Override
    public double[] slope(double[] counts, long tokens, int experts) {
      double[] slope = new double[experts];
      for (int e = 0; e < experts; e++) {
        slope[e] = experts * (counts[e] / ((double) k * tokens));
      }
      return slope;
    }
  }
}
