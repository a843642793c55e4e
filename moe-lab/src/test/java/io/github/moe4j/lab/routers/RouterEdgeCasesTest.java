package io.github.moe4j.lab.routers;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.routing.catalogue.ChoiceCount;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterNeed;
import io.github.moe4j.routing.catalogue.RouterTraits;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.RoutingObjective;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** What every router of the registry must bear, seen through a whole layer that drops. */
@ParameterizedClass(name = "{0}")
@MethodSource("io.github.moe4j.lab.routers.RouterLayers#names")
@ExtendWith(Seeds.class)
class RouterEdgeCasesTest {
  private static final int E = 4;

  /** Routers that cannot work with one expert, and what they say. */
  private static final Map<String, String> NEED_TWO_EXPERTS = Map.of(
      "sparsemixer", "experts must be at least 2 but was 1",
      "gshard", "k must be at most E = 1 but was 2");

  @Parameter
  String router;

  private RouterTraits traits() {
    return RouterCatalogue.load().get(router).traits();
  }

  private MoeLayer layer(int experts, int k, DataType type) {
    RouterConfig sizes = RouterConfig.of(experts, E, k);
    return RouterLayers.layer(router, sizes, type, LimitedCapacity.ofFactor(0.75), experts == E);
  }

  /** Tokens whose activations are the scores, where a router has a linear gate. */
  private static TokenBatch input(DataType type, double... x) {
    int tokens = x.length / E;
    return TokenBatch.evaluation(RandomArrays.of(type, x, tokens, E))
        .differentiable()
        .withTokenIds(IntStream.range(0, tokens).map(t -> 31 * t % 256).toArray());
  }

  private static TokenBatch training(TokenBatch input) {
    return input.withMode(PassMode.training(new SplittableRandom(9)));
  }

  private static double[] random(int tokens) {
    return RandomArrays.normal(Seeds.random(1), tokens * E);
  }

  /** All numbers of a forward and backward pass, for comparison, and the pass itself. */
  private record Outcome(RouterDecision decision, int rows, List<double[]> numbers) {}

  /** Runs a pass both ways and checks what holds in every case. */
  private static Outcome run(MoeLayer layer, TokenBatch input) {
    MoePass pass = layer.forward(input);
    RouterDecision decision = pass.decision();
    requireLoads(pass);
    RoutingGradient balance =
        RoutingObjective.random(decision, new SplittableRandom(2)).gradient();
    pass.addBalance(balance);
    Outcome outcome = new Outcome(decision, pass.plan().rows(), numbers(pass));
    assertThrows(IllegalStateException.class, () -> numbers(pass), "backward runs once");
    for (double[] values : outcome.numbers) {
      assertTrue(Arrays.stream(values).allMatch(Double::isFinite), "all numbers must be finite");
    }
    for (int t = 0; t < input.tokens(); t++) {
      if (!input.mask().valid(t)) {
        for (double[] ofTokens : outcome.numbers.subList(0, 2)) {
          assertAllZero("row of padding", Arrays.copyOfRange(ofTokens, t * E, (t + 1) * E));
        }
      }
    }
    pass.close();
    pass.close(); // twice does nothing
    return outcome;
  }

  /** y, and what one backward pass gives: dx and the gradient of each parameter. */
  private static List<double[]> numbers(MoePass pass) {
    int tokens = pass.decision().tokens();
    double[] dy = RandomArrays.normal(new SplittableRandom(3), tokens * E);
    MoeGradients gradients = pass.backward(RandomArrays.of(pass.y().dataType(), dy, tokens, E));
    Stream.Builder<double[]> numbers = Stream.builder();
    numbers.add(Near.values(pass.y())).add(Near.values(gradients.dx()));
    gradients.parameters().forEach((name, array) -> numbers.add(Near.values(array)));
    return numbers.build().toList();
  }

  private static void requireLoads(MoePass pass) {
    int assignments = pass.decision().assignments().size();
    assertEquals(assignments, Arrays.stream(pass.load().assigned()).sum(), "Σ assigned = N");
    assertEquals(pass.plan().rows(), Arrays.stream(pass.load().kept()).sum(), "Σ load = R");
    assertEquals(assignments, pass.plan().rows() + pass.dropped(), "R + dropped = N");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void forward_fewTokens_works(int tokens) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      TokenBatch input = input(type, random(tokens));
      Outcome outcome = run(layer(E, 2, type), training(input));
      assertEquals(tokens, outcome.decision.tokens());
      assertTrue(outcome.rows <= tokens * E, "rows");
      run(layer(E, 2, type), input);
    }
  }

  @Test
  void forward_oneExpert_worksOrSaysWhyNot() {
    if (NEED_TWO_EXPERTS.containsKey(router)) {
      Exception error =
          assertThrows(IllegalArgumentException.class, () -> layer(1, 1, DataType.DOUBLE));
      assertEquals(NEED_TWO_EXPERTS.get(router), error.getMessage());
      return;
    }
    TokenBatch input = input(DataType.DOUBLE, random(5));
    for (TokenBatch mode : List.of(input, training(input))) {
      Outcome outcome = run(layer(1, 1, DataType.DOUBLE), mode);
      // at most one assignment per token, since there is but one expert
      assertTrue(outcome.decision.assignments().size() <= 5, "assignments");
    }
  }

  @Test
  void forward_allExpertsChosen_works() {
    TokenBatch input = input(DataType.DOUBLE, random(6));
    for (TokenBatch mode : List.of(input, training(input))) {
      Outcome outcome = run(layer(E, E, DataType.DOUBLE), mode);
      if (traits().choices().kind() == ChoiceCount.Kind.K) {
        int[] all = {6, 6, 6, 6};
        assertArrayEquals(all, outcome.decision.assignments().countPerExpert());
      }
    }
  }

  @Test
  void forward_allPreferOneExpert_works() {
    double[] x = new double[6 * E];
    for (int t = 0; t < 6; t++) {
      x[t * E + 2] = 5 + t;
    }
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      run(layer(E, 2, type), input(type, x));
      run(layer(E, 2, type), training(input(type, x)));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {80, 700})
  void forward_largeScores_staysFinite(double s) {
    double[] x = {
      s, -s, -s, -s, //
      -s, s, s, -s, //
      -s, -s, -s, -s, //
      s, s, s, s, //
      0, s, -s, 1
    };
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      run(layer(E, 2, type), input(type, x));
      run(layer(E, 2, type), training(input(type, x)));
    }
  }

  @Test
  void forward_onlyPadding_doesNothing() {
    TokenBatch input =
        input(DataType.DOUBLE, random(3)).withMask(TokenMask.of(false, false, false));
    for (TokenBatch mode : List.of(input, training(input))) {
      Outcome outcome = run(layer(E, 2, DataType.DOUBLE), mode);
      assertEquals(0, outcome.decision.assignments().size());
      outcome.numbers.forEach(values -> assertAllZero("output or gradient", values));
    }
  }

  @Test
  void forward_paddingOfNaN_influencesNothing() {
    TokenMask mask = TokenMask.of(true, false, true, true, false, true);
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      double[] x = random(6);
      TokenBatch zero = input(type, withPadding(x, mask, 0)).withMask(mask);
      TokenBatch nan = input(type, withPadding(x, mask, Double.NaN)).withMask(mask);
      requireSameBits(run(layer(E, 2, type), zero), run(layer(E, 2, type), nan));
      requireSameBits(
          run(layer(E, 2, type), training(zero)), run(layer(E, 2, type), training(nan)));
    }
  }

  private static double[] withPadding(double[] x, TokenMask mask, double value) {
    return IntStream.range(0, x.length)
        .mapToDouble(i -> mask.valid(i / E) ? x[i] : value)
        .toArray();
  }

  @Test
  void forward_sameSeed_sameBits() {
    TokenBatch input = input(DataType.FLOAT, random(6)).withSequenceLength(3);
    MoeLayer layer = layer(E, 2, DataType.FLOAT);
    requireSameBits(run(layer, training(input)), run(layer, training(input)));
    requireSameBits(run(layer, input), run(layer, input));
  }

  private static void requireSameBits(Outcome expected, Outcome actual) {
    for (int i = 0; i < expected.numbers.size(); i++) {
      assertSameBits("array " + i, expected.numbers.get(i), actual.numbers.get(i));
    }
  }

  @Test
  void forward_float32_nearFloat64() {
    double[] x = RandomArrays.normal(new SplittableRandom(4), 6 * E);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) x[i];
    }
    Outcome exact = run(layer(E, 2, DataType.DOUBLE), training(input(DataType.DOUBLE, x)));
    Outcome single = run(layer(E, 2, DataType.FLOAT), training(input(DataType.FLOAT, x)));
    for (int i = 0; i < exact.numbers.size(); i++) {
      assertNear("array " + i, exact.numbers.get(i), single.numbers.get(i), 1e-4);
    }
  }

  @Test
  void forward_trainingWithoutGenerator_worksOrNamesWhatAsksForIt() {
    TokenBatch input = input(DataType.DOUBLE, random(5)).withMode(PassMode.training());
    MoeLayer layer = layer(E, 2, DataType.DOUBLE);
    if (traits().needs(RouterNeed.GENERATOR_IN_TRAINING)) {
      Exception error = assertThrows(IllegalArgumentException.class, () -> layer.forward(input));
      String message = String.valueOf(error.getMessage());
      assertTrue(
          message.matches(
              "\\S.* draws random numbers but there is no generator: use TokenBatch\\.training\\(.*"),
          message);
    } else {
      run(layer, input);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void forward_scoreNotFinite_namesTokenAndExpert(double bad) {
    double[] x = random(4);
    Arrays.fill(x, 2 * E, 3 * E, bad);
    TokenMask mask = TokenMask.of(true, false, true, true);
    TokenBatch input = input(DataType.DOUBLE, x).withMask(mask);
    MoeLayer layer =
        RouterLayers.layer(router, RouterConfig.of(E, E, 2), DataType.DOUBLE, new Dropless(), true);
    // A router without parameters reads no activations: the experts are the first to meet them.
    String start = layer.router().parameters().names().isEmpty()
        ? "layer moe: outputs of experts must be finite but expert 3 has NaN or infinity for token 2"
        : "layer moe: router scores must be finite but token 2, expert ";
    for (TokenBatch mode : List.of(input, training(input))) {
      Exception error = assertThrows(IllegalArgumentException.class, () -> layer.forward(mode));
      String message = String.valueOf(error.getMessage());
      assertTrue(message.startsWith(start), message);
    }
  }
}
