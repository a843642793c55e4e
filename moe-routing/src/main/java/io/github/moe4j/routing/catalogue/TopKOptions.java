package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Scores and weights of a {@link TopK} as options of a router.
 *
 * @param scores ordinal of the {@link ScoreFunction}
 * @param norm power of the norm that the weights are divided by
 * @param epsilon added to it
 * @param floor its least value
 * @param scale of the weights
 */
record TopKOptions(
    NumberOption scores,
    NumberOption norm,
    NumberOption epsilon,
    NumberOption floor,
    NumberOption scale) {
  /** Softmax, divided by the sum, or not with one choice, since the router could not learn then. */
  static final TopKOptions SOFTMAX = new TopKOptions(
      scores(ScoreFunction.SOFTMAX), sumUnlessOne(), epsilon(0), floorOption(), scale(1));

  /** As DeepSeek-V2: softmax as it is. */
  static final TopKOptions V2 = new TopKOptions(
      scores(ScoreFunction.SOFTMAX),
      NumberOption.of("norm", "power of the norm that divides the weights, 0 for none", 0),
      epsilon(0),
      floorOption(),
      scale(1));

  private static final double V3_EPSILON = 1e-20;
  private static final double V3_SCALE = 2.5;

  /** As DeepSeek-V3: sigmoids divided by their sum. */
  static final TopKOptions V3 = new TopKOptions(
      scores(ScoreFunction.SIGMOID),
      sumUnlessOne(),
      epsilon(V3_EPSILON),
      floorOption(),
      scale(V3_SCALE));

  private static NumberOption scores(ScoreFunction usual) {
    return NumberOption.whole(
        "scores", "0 softmax, 1 sigmoid, 2 square root of softplus", usual.ordinal());
  }

  private static NumberOption sumUnlessOne() {
    return NumberOption.bySize(
        "norm",
        "power of the norm that divides the weights, 0 for none; default 1, with k = 1 none");
  }

  private static NumberOption epsilon(double usual) {
    return NumberOption.of("normEpsilon", "added to that norm", usual);
  }

  private static NumberOption floorOption() {
    return NumberOption.of("normFloor", "least value of that norm", 0);
  }

  private static NumberOption scale(double usual) {
    return NumberOption.of("scale", "factor on the weights", usual);
  }

  /** All of them. */
  List<NumberOption> all() {
    return List.of(scores, norm, epsilon, floor, scale);
  }

  /** The rule of given options. */
  TopK of(RouterConfig config) {
    ScoreFunction[] functions = ScoreFunction.values();
    int chosen = config.whole(scores);
    Require.that(
        chosen >= 0 && chosen < functions.length,
        "scores must be in [0, %d) but was %d",
        functions.length,
        chosen);
    double power = config.find(norm).orElse(config.k() == 1 ? 0 : 1);
    TopKNormalization divided = power == 0
        ? TopKNormalization.none()
        : new TopKNormalization(power, config.number(epsilon), config.number(floor));
    return new TopK(config.k(), functions[chosen], divided, config.number(scale));
  }

  /** The options of a rule. */
  static Map<String, Double> of(TopK rule) {
    Map<String, Double> options = new LinkedHashMap<>();
    options.put("scores", (double) rule.scores().ordinal());
    options.put("norm", rule.norm().power());
    options.put("normEpsilon", rule.norm().epsilon());
    options.put("normFloor", rule.norm().floor());
    options.put("scale", rule.scale());
    return options;
  }
}
