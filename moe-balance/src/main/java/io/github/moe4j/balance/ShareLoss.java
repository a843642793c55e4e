package io.github.moe4j.balance;

import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * What the losses of Switch, GShard and DeepSeek have in common: {@code coefficient · Σ_e slope_e ·
 * P_e}, where {@code P_e} is the mean probability of expert e over the real tokens of a pool and the
 * slope follows from counts, which are constant for the gradient.
 */
final class ShareLoss {
  private final String name;
  private final double coefficient;
  private final LossScope pooling;

  ShareLoss(String name, double coefficient, LossScope pooling) {
    this.name = name;
    this.coefficient = coefficient;
    this.pooling = pooling;
  }

  /** How often each expert, or each device, was used by the tokens of a pool. */
  interface Count {
    /** The number of things that are counted. */
    int things(int experts);

    /** Counts a layer. */
    void visit(RouterDecision layer, Counter counter);

    /**
     * The slope of each expert [E].
     *
     * @param counts of each thing. Not modified.
     * @param tokens real tokens, at least 1
     */
    double[] slope(double[] counts, long tokens, int experts);
  }

  /** Receives one count. */
  @FunctionalInterface
  interface Counter {
    void add(int token, int thing);
  }

  /** Tokens that share one slope and one P. */
  private static final class Pool {
    final double[] counts;
    final double[] probability;
    long tokens;
    double[] slope = {};

    Pool(int things, int experts) {
      counts = new double[things];
      probability = new double[experts];
    }

    double value() {
      double sum = 0;
      for (int e = 0; tokens > 0 && e < slope.length; e++) {
        sum += slope[e] * probability[e] / tokens;
      }
      return sum;
    }
  }

  /** The loss over layers of as many experts, at least one. */
  LossValue evaluate(List<RouterDecision> layers, Count count) {
    List<List<Pool>> pools = pools(layers, count);
    for (int l = 0; l < layers.size(); l++) {
      List<Pool> own = pools.get(l);
      RouterDecision layer = layers.get(l);
      addProbabilities(layer, own);
      count.visit(layer, (token, thing) -> own.get(pool(token, layer)).counts[thing]++);
    }
    for (List<Pool> ofLayer : pools) {
      for (Pool pool : ofLayer) {
        int experts = pool.probability.length;
        pool.slope =
            pool.tokens == 0 ? new double[experts] : count.slope(pool.counts, pool.tokens, experts);
      }
    }
    return value(layers, pools);
  }

  /**
   * The loss of one layer, all its tokens in one pool, with a slope from outside.
   *
   * @param slope [E]. Not modified.
   */
  LossValue evaluate(RouterDecision layer, double[] slope) {
    Pool pool = new Pool(0, layer.experts());
    List<Pool> pools = List.of(pool);
    addProbabilities(layer, pools);
    pool.slope = slope;
    return value(List.of(layer), List.of(pools));
  }

  private List<List<Pool>> pools(List<RouterDecision> layers, Count count) {
    Require.that(!layers.isEmpty(), "%s needs at least one layer but had none", name);
    int experts = layers.get(0).experts();
    int things = count.things(experts);
    List<List<Pool>> result = new ArrayList<>();
    Pool common = new Pool(things, experts);
    for (RouterDecision layer : layers) {
      Require.that(
          layer.experts() == experts,
          "all layers must have the same number of experts: %d != %d",
          layer.experts(),
          experts);
      List<Pool> pools = new ArrayList<>();
      int size = pooling == LossScope.SEQUENCE ? layer.sequences() : 1;
      for (int i = 0; i < size; i++) {
        pools.add(pooling == LossScope.ALL_LAYERS ? common : new Pool(things, experts));
      }
      result.add(pools);
    }
    return result;
  }

  private int pool(int token, RouterDecision layer) {
    return pooling == LossScope.SEQUENCE ? token / layer.sequenceLength() : 0;
  }

  private void addProbabilities(RouterDecision layer, List<Pool> pools) {
    Probabilities p = layer.requireProbabilities(name);
    for (int t = 0; t < layer.tokens(); t++) {
      if (layer.mask().valid(t)) {
        Pool pool = pools.get(pool(t, layer));
        pool.tokens++;
        for (int e = 0; e < layer.experts(); e++) {
          pool.probability[e] += p.get(t, e);
        }
      }
    }
  }

  private LossValue value(List<RouterDecision> layers, List<List<Pool>> poolsOfLayer) {
    double total = 0;
    List<RoutingGradient> gradients = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      List<Pool> pools = poolsOfLayer.get(l);
      double weight = coefficient * weight(layers.size(), pools);
      if (l == 0 || pooling != LossScope.ALL_LAYERS) {
        for (Pool pool : pools) {
          total += weight * pool.value();
        }
      }
      gradients.add(gradient(layers.get(l), pools, weight));
    }
    return LossValue.of(total, layers, gradients);
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
    double[] dP = new double[TokenScores.size(layer.tokens(), experts)];
    for (int t = 0; t < layer.tokens(); t++) {
      if (layer.mask().valid(t)) {
        Pool pool = pools.get(pool(t, layer));
        for (int e = 0; e < experts; e++) {
          dP[t * experts + e] = weight * pool.slope[e] / pool.tokens;
        }
      }
    }
    return RoutingGradient.ofProbabilities(dP);
  }
}
