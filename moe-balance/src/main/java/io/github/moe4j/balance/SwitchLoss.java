package io.github.moe4j.balance;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The auxiliary load-balancing loss: {@code coefficient · E · Σ_i f_i·P_i} (Fedus et al. 2021,
 * Switch Transformers, arXiv 2101.03961, equations 4 to 6).
 *
 * <p>{@code P_i} is the mean over real tokens of the router's full distribution; {@code f_i} is how
 * often expert i was chosen, counted before dropping and constant for the gradient. Systems differ
 * in how they count for K > 1: see {@link Counting}. They also differ in the tokens over which means are taken:
 * see {@link LossScope}.
 *
 * <p>Value with coefficient 1 at perfect balance: 1, or K with {@link Counting#PER_TOKEN}. At total
 * collapse, all probability and every first choice on one expert: E with K = 1 or {@link
 * Counting#FIRST_CHOICE} or {@link Counting#PER_TOKEN}, E/K with {@link Counting#PER_CHOICE}. A
 * batch of only padding gives 0.
 *
 * @param coefficient weight of the loss, 0.01 in the paper
 * @param counting what f counts
 * @param pooling over which tokens f and P are taken before they are multiplied
 */
public record SwitchLoss(double coefficient, Counting counting, LossScope pooling)
    implements BalanceLoss {

  /** What {@code f_i} is when a token chooses K experts. */
  public enum Counting {
    /**
     * Share of all choices, {@code n_i/(K·T)}: balanced value 1. Megatron-LM, MegaBlocks and
     * DeepSpeed's top-k gating.
     */
    PER_CHOICE,
    /**
     * Choices per token, {@code n_i/T}: balanced value K. Mixtral in Hugging Face, flaxformer and
     * MaxText.
     */
    PER_TOKEN,
    /**
     * Share of first choices: balanced value 1. DeepSpeed's top-2 gating, fairseq, Tutel and mesh.
     */
    FIRST_CHOICE
  }

  /**
   * Checks the coefficient.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public SwitchLoss {
    Require.notNegative("coefficient", coefficient);
  }

  /** The loss counted as in Megatron-LM, 1 at perfect balance for every K, summed over layers. */
  public static SwitchLoss of(double coefficient) {
    return new SwitchLoss(coefficient, Counting.PER_CHOICE, LossScope.LAYER_SUM);
  }

  /**
   * GShard's loss: only first choices count (Lepikhin et al. 2020, arXiv 2006.16668, algorithm 1).
   * The paper's own scale, {@code (1/E)·Σ f_i·P_i}, is 1/E² of this one; the systems that adopted it
   * scale as here, so that balance gives 1.
   */
  public static SwitchLoss gshard(double coefficient) {
    return new SwitchLoss(coefficient, Counting.FIRST_CHOICE, LossScope.LAYER_SUM);
  }

  /**
   * DeepSeek-V2's expert-level loss: as {@link #of}, but within each sequence (arXiv 2405.04434,
   * equations 23 to 25; {@code seq_aux} of {@code MoEGate}).
   */
  public static SwitchLoss perSequence(double coefficient) {
    return new SwitchLoss(coefficient, Counting.PER_CHOICE, LossScope.SEQUENCE);
  }

  @Override
  public String name() {
    return "switch loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    return new ShareLoss(name(), coefficient, pooling).evaluate(layers, new Choices(counting));
  }

  /**
   * The loss of one layer with given counts, such as those of a global batch; not pooled by
   * sequence.
   *
   * @param counts of the same number of experts, counted according to {@link #counting}: all choices, or first ones
   * @throws IllegalArgumentException if the loss is pooled by sequence, or the numbers of experts differ
   */
  public LossValue evaluate(RouterDecision layer, ExpertCounts counts) {
    Require.that(pooling != LossScope.SEQUENCE, "given counts cannot be pooled by %s", pooling);
    long[] n = counts.perExpert();
    Require.that(
        n.length == layer.experts(),
        "counts and decision differ in experts: %d != %d",
        n.length,
        layer.experts());
    double units = counts.tokens() * (counting == Counting.PER_CHOICE ? counts.choices() : 1);
    double[] slope = new double[n.length];
    Arrays.setAll(slope, e -> units == 0 ? 0 : n.length * (n[e] / units));
    return new ShareLoss(name(), coefficient, pooling).evaluate(layer, slope);
  }

  /**
   * The loss of several layers with given counts; the sum or the mean over layers.
   *
   * @param counts of each layer, as for {@link #evaluate(RouterDecision, ExpertCounts)}
   * @throws IllegalArgumentException if the loss is not pooled by layer, or the numbers of layers differ
   */
  public LossValue evaluate(List<RouterDecision> layers, List<ExpertCounts> counts) {
    requirePooledByLayer();
    Require.that(
        layers.size() == counts.size(),
        "there must be one count per layer: %d != %d",
        layers.size(),
        counts.size());
    double weight = pooling == LossScope.LAYER_MEAN ? 1.0 / layers.size() : 1;
    double value = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      LossValue ofLayer = evaluate(layers.get(l), counts.get(l)).times(weight);
      value += ofLayer.value();
      gradients.addAll(ofLayer.gradients());
    }
    return LossValue.of(value, layers, gradients);
  }

  /** Throws unless each layer is a pool of its own. */
  void requirePooledByLayer() {
    Require.that(
        pooling == LossScope.LAYER_SUM || pooling == LossScope.LAYER_MEAN,
        "counts of a global batch must be pooled by layer but were by %s",
        pooling);
  }

  /** The counts of a decision as a loss that counts like this one wants them. */
  ExpertCounts count(RouterDecision layer) {
    return counting == Counting.FIRST_CHOICE
        ? ExpertCounts.firstChoices(layer)
        : ExpertCounts.of(layer);
  }

  /** Counts the choices of each expert; slope_e = E·f_e. */
  private record Choices(Counting counting) implements ShareLoss.Count {
    @Override
    public int things(int experts) {
      return experts;
    }

    @Override
    public void visit(RouterDecision layer, ShareLoss.Counter counter) {
      Assignments made = layer.assignments();
      boolean[] seen = new boolean[layer.tokens()];
      for (int n = 0; n < made.size(); n++) {
        int t = made.token(n);
        if (counting != Counting.FIRST_CHOICE || !seen[t]) {
          seen[t] = true;
          counter.add(t, made.expert(n));
        }
      }
    }

    @Override
    public double[] slope(double[] counts, long tokens, int experts) {
      double units =
          counting == Counting.PER_CHOICE ? Arrays.stream(counts).sum() : (double) tokens;
      double[] slope = new double[experts];
      Arrays.setAll(slope, e -> units == 0 ? 0 : experts * (counts[e] / units));
      return slope;
    }
  }
}
