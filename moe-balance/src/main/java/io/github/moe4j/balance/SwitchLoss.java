package io.github.moe4j.balance;

import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * The auxiliary load-balancing loss: {@code coefficient · E · Σ_i f_i·P_i} (Fedus et al. 2021,
 * Switch Transformers, arXiv 2101.03961, equations 4 to 6).
 *
 * <p>{@code P_i} is the mean over real tokens of the router's full distribution; {@code f_i} is how
 * often expert i was chosen, counted before dropping and constant for the gradient. Systems differ
 * in how they count for K > 1: see {@link Counting}. They also differ in what one mean runs over:
 * see {@link Pooling}.
 *
 * <p>Value with coefficient 1 at perfect balance: 1, or K with {@link Counting#PER_TOKEN}. At total
 * collapse, all probability and every first choice on one expert: E with K = 1 or {@link
 * Counting#FIRST_CHOICE} or {@link Counting#PER_TOKEN}, E/K with {@link Counting#PER_CHOICE}. A
 * batch of nothing but padding gives 0.
 *
 * @param coefficient weight of the loss, 0.01 in the paper
 * @param counting what f counts
 * @param pooling over which tokens f and P are taken before they are multiplied
 */
public record SwitchLoss(double coefficient, Counting counting, Pooling pooling)
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

  /** Which tokens share one f and one P. */
  public enum Pooling {
    /** Those of one layer; the loss is the sum over layers. */
    LAYER_SUM,
    /** Those of one layer; the loss is the mean over layers. */
    LAYER_MEAN,
    /** Those of all layers together, as Hugging Face concatenates the layers' logits. */
    ALL_LAYERS,
    /**
     * Those of one sequence; the loss is the mean over sequences with a real token, summed over
     * layers: within a layer as in Switch Transformers in Hugging Face and in mesh.
     */
    SEQUENCE
  }

  /** Checks the coefficient. */
  public SwitchLoss {
    Require.finite("coefficient", coefficient);
  }

  /** The loss as Megatron-LM counts, 1 at perfect balance whatever K is, summed over layers. */
  public static SwitchLoss of(double coefficient) {
    return new SwitchLoss(coefficient, Counting.PER_CHOICE, Pooling.LAYER_SUM);
  }

  @Override
  public String name() {
    return "switch loss";
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    Require.that(!layers.isEmpty(), "switch loss needs at least one layer but had none");
    int experts = layers.get(0).experts();
    List<List<Pool>> poolsOfLayer = pools(layers, experts);
    for (int l = 0; l < layers.size(); l++) {
      count(layers.get(l), poolsOfLayer.get(l));
    }
    return value(layers, poolsOfLayer);
  }

  /**
   * The loss of one layer with counts from outside, such as those of a global batch; not pooled by
   * sequence.
   *
   * @param counts of as many experts, counted as {@link #counting} says: all choices, or first ones
   */
  public LossValue evaluate(RouterDecision layer, ExpertCounts counts) {
    Require.that(
        pooling != Pooling.SEQUENCE, "counts from outside cannot be pooled by %s", pooling);
    long[] n = counts.perExpert();
    Require.that(
        n.length == layer.experts(),
        "counts and decision differ in experts: %d != %d",
        n.length,
        layer.experts());
    Pool pool = new Pool(n.length);
    count(layer, List.of(pool));
    double choices = counting == Counting.PER_CHOICE ? counts.choices() : 1;
    for (int e = 0; e < n.length; e++) {
      pool.chosen[e] = n[e];
    }
    pool.divisor = counts.tokens() * choices;
    return value(List.of(layer), List.of(List.of(pool)));
  }

  /** Sums of tokens that share one f and one P. */
  private static final class Pool {
    final double[] chosen;
    final double[] probability;
    long tokens;
    double divisor;

    Pool(int experts) {
      chosen = new double[experts];
      probability = new double[experts];
    }

    double f(int e) {
      return divisor == 0 ? 0 : chosen[e] / divisor;
    }

    double value() {
      double sum = 0;
      for (int e = 0; tokens > 0 && e < chosen.length; e++) {
        sum += f(e) * probability[e] / tokens;
      }
      return sum * chosen.length;
    }
  }

  private List<List<Pool>> pools(List<RouterDecision> layers, int experts) {
    List<List<Pool>> result = new ArrayList<>();
    Pool common = new Pool(experts);
    for (RouterDecision layer : layers) {
      Require.that(
          layer.experts() == experts,
          "all layers must have as many experts: %d != %d",
          layer.experts(),
          experts);
      if (pooling == Pooling.ALL_LAYERS) {
        result.add(List.of(common));
        continue;
      }
      int count = pooling == Pooling.SEQUENCE ? layer.sequences() : 1;
      List<Pool> pools = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        pools.add(new Pool(experts));
      }
      result.add(pools);
    }
    return result;
  }

  private Pool poolOf(int token, RouterDecision layer, List<Pool> pools) {
    return pools.get(pooling == Pooling.SEQUENCE ? token / layer.sequenceLength() : 0);
  }

  private void count(RouterDecision layer, List<Pool> pools) {
    Probabilities p = layer.requireProbabilities(name());
    for (int t = 0; t < layer.tokens(); t++) {
      if (layer.mask().valid(t)) {
        Pool pool = poolOf(t, layer, pools);
        pool.tokens++;
        pool.divisor += counting == Counting.PER_CHOICE ? 0 : 1;
        for (int e = 0; e < layer.experts(); e++) {
          pool.probability[e] += p.get(t, e);
        }
      }
    }
    boolean[] seen = new boolean[layer.tokens()];
    for (int n = 0; n < layer.assignments().size(); n++) {
      int t = layer.assignments().token(n);
      if (counting != Counting.FIRST_CHOICE || !seen[t]) {
        seen[t] = true;
        Pool pool = poolOf(t, layer, pools);
        pool.chosen[layer.assignments().expert(n)]++;
        pool.divisor += counting == Counting.PER_CHOICE ? 1 : 0;
      }
    }
  }

  private LossValue value(List<RouterDecision> layers, List<List<Pool>> poolsOfLayer) {
    double total = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      RouterDecision layer = layers.get(l);
      List<Pool> pools = poolsOfLayer.get(l);
      double weight = coefficient * weight(layers.size(), pools);
      if (l == 0 || pooling != Pooling.ALL_LAYERS) {
        for (Pool pool : pools) {
          total += weight * pool.value();
        }
      }
      gradients.add(gradient(layer, pools, weight));
    }
    return new LossValue(total, gradients);
  }

  private double weight(int layers, List<Pool> pools) {
    return switch (pooling) {
      case LAYER_SUM, ALL_LAYERS -> 1;
      case LAYER_MEAN -> 1.0 / layers;
      case SEQUENCE ->
        1.0 / Math.max(1, pools.stream().filter(p -> p.tokens > 0).count());
    };
  }

  private RoutingGradient gradient(RouterDecision layer, List<Pool> pools, double weight) {
    int experts = layer.experts();
    double[] dP = new double[layer.tokens() * experts];
    for (int t = 0; t < layer.tokens(); t++) {
      if (layer.mask().valid(t)) {
        Pool pool = poolOf(t, layer, pools);
        for (int e = 0; e < experts; e++) {
          dP[t * experts + e] = weight * experts * pool.f(e) / pool.tokens;
        }
      }
    }
    return RoutingGradient.ofProbabilities(dP);
  }
}
