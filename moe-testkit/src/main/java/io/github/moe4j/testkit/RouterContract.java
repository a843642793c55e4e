package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What every {@link Router} must keep. A router's test extends this and says how to build it:
 *
 * <pre>{@code
 * class SwitchContractTest extends RouterContract {
 *   protected Router router(INDArray weight, int choices) {
 *     return GatedRouter.of(LinearGate.of(weight), new Switch());
 *   }
 *
 *   protected int[] choices(int experts) {
 *     return new int[] {1};
 *   }
 * }
 * }</pre>
 *
 * <p>Routers that draw noise or need token ids override {@link #prepare}. What a router is said to
 * be, such as {@link #choosesLargestScores}, decides what a test asks of it; no test is skipped, and a
 * router that is said to differ must be seen to differ.
 */
@ExtendWith(Seeds.class)
public abstract class RouterContract {
  private static final int WIDTH = 4;
  private static final int EXPERTS = 5;
  private static final long NOISE = 77;

  /** For subclasses. */
  protected RouterContract() {}

  /**
   * The router under test.
   *
   * @param weight [E,D], the live weight of its gate: raw scores are {@code x·weightᵀ}
   * @param choices experts per token, at most E
   */
  protected abstract Router router(INDArray weight, int choices);

  /** The numbers of choices per token to test with E experts. */
  protected int[] choices(int experts) {
    return IntStream.of(1, 2, experts).filter(k -> k <= experts).distinct().toArray();
  }

  /** The input as the router needs it: with token ids, or training with noise from the seed. */
  protected TokenBatch prepare(TokenBatch input, long seed) {
    return input;
  }

  /** Whether each token goes to the experts with its largest raw scores, best first. */
  protected boolean choosesLargestScores() {
    return true;
  }

  /** Whether a token's experts or weights depend on tokens that come after it. */
  protected boolean readsLaterTokens() {
    return false;
  }

  /** Whether every real token gets an expert, so that a single expert gets all tokens. */
  protected boolean servesEveryToken() {
    return true;
  }

  /** The fewest experts it works with. */
  protected int leastExperts() {
    return 1;
  }

  /** Whether it reads what tokens hold; hash routing reads only which tokens they are. */
  protected boolean readsTokens() {
    return true;
  }

  /**
   * Whether its backward pass is the derivative of its forward pass. One that is another estimate,
   * on purpose, needs hand-worked tests instead.
   */
  protected boolean isDerivative() {
    return true;
  }

  @Test
  void route_randomTokens_decidesOnEveryToken() {
    for (int k : choices(EXPERTS)) {
      INDArray x = x(7, 1);
      Router router = router(weight(2), k);
      RouterDecision decision = route(router, TokenBatch.evaluation(x)).decision();
      assertEquals(EXPERTS, router.experts());
      assertEquals(WIDTH, router.modelWidth());
      assertEquals(7, decision.tokens());
      assertEquals(EXPERTS, decision.experts());
      assertEquals(7, decision.sequenceLength());
      decision.logits().ifPresent(l -> assertEquals(7 * EXPERTS, l.toArray().length));
      requireDistributions(decision);
      requireLargest(decision, k);
    }
  }

  @Test
  void route_sequences_keptInDecision() {
    Router router = router(weight(2), choices(EXPERTS)[0]);
    TokenBatch input = TokenBatch.evaluation(x(6, 1)).withSequenceLength(3);
    assertEquals(3, route(router, input).decision().sequenceLength());
    assertEquals(2, route(router, input).decision().sequences());
  }

  @Test
  void route_noTokens_decidesNothing() {
    for (int k : choices(EXPERTS)) {
      Router router = router(weight(2), k);
      INDArray x = Nd4j.create(DataType.DOUBLE, 0, WIDTH);
      RouterPass routing = route(router, TokenBatch.evaluation(x));
      assertEquals(0, routing.decision().tokens());
      assertEquals(0, routing.decision().assignments().size());
      Gradients into = router.parameters().zeroGradients();
      routing.backward(gradient(routing.decision()), x, into);
      into.forEach((name, array) -> assertAllZero(name, Near.values(array)));
    }
  }

  @Test
  void route_randomTokens_choosesLargestScoresOnlyIfSaid() {
    boolean largest = true;
    for (int k : choices(EXPERTS)) {
      for (int salt = 0; salt < 10; salt++) {
        INDArray x = x(7, 10 + salt);
        INDArray weight = weight(30 + salt);
        RouterDecision decision =
            route(router(weight, k), TokenBatch.evaluation(x)).decision();
        double[] scores = choosesLargestScores()
            ? decision.requireLogits("test").toArray()
            : Near.values(x.mmul(weight.transpose()));
        largest &= isLargest(decision.assignments(), scores, k);
      }
    }
    assertEquals(choosesLargestScores(), largest, "whether each token has its largest scores");
  }

  private static boolean isLargest(Assignments made, double[] scores, int k) {
    return made.size() == made.tokens() * k
        && IntStream.range(0, made.size()).allMatch(n -> {
          int[] best = Decisions.largest(scores, made.token(n) * EXPERTS, EXPERTS, k);
          return best[n % k] == made.expert(n);
        });
  }

  @Test
  void route_oneToken_sameAsBeforeOthersIfSaid() {
    boolean same = true;
    for (int k : choices(EXPERTS)) {
      for (int salt = 0; salt < 10; salt++) {
        INDArray x = x(6, 10 + salt);
        Router router = router(weight(30 + salt), k);
        INDArray first = RandomArrays.of(DataType.DOUBLE, row(x, 0), 1, WIDTH);
        Assignments all = route(router, TokenBatch.evaluation(x)).decision().assignments();
        Assignments one = route(router, TokenBatch.evaluation(first)).decision().assignments();
        same &= isSameForFirstToken(all, one);
      }
    }
    assertEquals(readsLaterTokens(), !same, "whether later tokens change experts or weights");
  }

  private static boolean isSameForFirstToken(Assignments all, Assignments one) {
    int[] places = IntStream.range(0, all.size()).filter(n -> all.token(n) == 0).toArray();
    return places.length == one.size()
        && IntStream.range(0, places.length)
            .allMatch(i -> all.expert(places[i]) == one.expert(i)
                && Math.abs(all.weight(places[i]) - one.weight(i)) < 1e-12);
  }

  @Test
  void route_fewestExperts_takeAllAndFewerAreRefused() {
    int least = leastExperts();
    int k = least == 1 ? 1 : choices(least)[0];
    RouterDecision decision = routeAmong(least, k);
    requireDistributions(decision);
    if (least > 1) {
      assertThrows(IllegalArgumentException.class, () -> routeAmong(least - 1, k));
    } else if (servesEveryToken()) {
      assertArrayEquals(new int[] {7}, decision.assignments().countPerExpert());
    }
  }

  private RouterDecision routeAmong(int experts, int k) {
    INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), experts, WIDTH);
    return route(router(weight, k), TokenBatch.evaluation(x(7, 1))).decision();
  }

  @Test
  void route_mostChoices_eachExpertOnceForAToken() {
    int[] choices = choices(EXPERTS);
    int k = choices[choices.length - 1];
    Assignments made =
        route(router(weight(2), k), TokenBatch.evaluation(x(7, 1))).decision().assignments();
    int[][] count = new int[7][EXPERTS];
    for (int n = 0; n < made.size(); n++) {
      assertEquals(1, ++count[made.token(n)][made.expert(n)], "choice " + n);
    }
    if (choosesLargestScores() && k == EXPERTS) {
      int[] all = new int[EXPERTS];
      Arrays.fill(all, 7);
      assertArrayEquals(all, made.countPerExpert());
    }
  }

  @Test
  void route_allTokensPreferOneExpert_allFirstChoicesThere() {
    double[] scores = new double[6 * EXPERTS];
    for (int t = 0; t < 6; t++) {
      scores[t * EXPERTS + 3] = 5 + t;
    }
    for (int k : choices(EXPERTS)) {
      RouterDecision decision = routeScores(scores, k, DataType.DOUBLE).decision();
      requireDistributions(decision);
      if (choosesLargestScores()) {
        assertArrayEquals(new int[] {0, 0, 0, 6, 0}, decision.assignments().countFirstChoices());
      }
    }
  }

  @Test
  void route_tiedScores_sameBitsAndLowestIndexFirst() {
    double[] scores = {
      0, 0, 0, 0, 0, //
      1, 3, 3, 0, 3, //
      -2, -2, -1, -1, -1, //
      0, 1, 0, 1, 0
    };
    int[][] order = {{0, 1, 2, 3, 4}, {1, 2, 4, 0, 3}, {2, 3, 4, 0, 1}, {1, 3, 0, 2, 4}};
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      for (int k : choices(EXPERTS)) {
        RouterDecision decision = routeScores(scores, k, type).decision();
        requireDistributions(decision);
        Decisions.assertSame(decision, routeScores(scores, k, type).decision(), 0);
        Assignments made = decision.assignments();
        for (int n = 0; choosesLargestScores() && n < made.size(); n++) {
          assertEquals(order[n / k][n % k], made.expert(n), "choice " + n % k + " of " + n / k);
        }
      }
    }
  }

  @Test
  void route_sameSeed_sameBits() {
    for (int k : choices(EXPERTS)) {
      Router router = router(weight(2), k);
      RouterDecision first = route(router, TokenBatch.evaluation(x(7, 1))).decision();
      RouterDecision second = route(router, TokenBatch.evaluation(x(7, 1))).decision();
      Decisions.assertSame(first, second, 0);
    }
  }

  @Test
  void route_weightNotFinite_namesTokenAndExpert() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      INDArray weight = Nd4j.zeros(DataType.DOUBLE, EXPERTS, 1);
      weight.putScalar(3, 0, bad);
      Router router = router(weight, choices(EXPERTS)[0]);
      INDArray x = Nd4j.ones(DataType.DOUBLE, 4, 1);
      TokenBatch input = TokenBatch.evaluation(x).withMask(TokenMask.of(false, false, true, true));
      if (readsTokens()) {
        assertMessage(() -> route(router, input), "token 2", "expert 3", String.valueOf(bad));
      } else {
        requireSameAsWithZeros(router, input);
      }
    }
  }

  @Test
  void route_tokenNotFinite_isNamed() {
    for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
      for (int k : choices(EXPERTS)) {
        INDArray x = x(5, 1);
        x.putScalar(0, 1, bad); // padding
        x.putScalar(3, 1, bad);
        TokenBatch input =
            TokenBatch.evaluation(x).withMask(TokenMask.of(false, true, true, true, true));
        Router router = router(weight(2), k);
        if (readsTokens()) {
          assertMessage(() -> route(router, input), "token 3");
        } else {
          requireSameAsWithZeros(router, input);
        }
      }
    }
  }

  private void requireSameAsWithZeros(Router router, TokenBatch input) {
    TokenBatch zeros =
        TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, input.x().shape()));
    RouterDecision expected = route(router, zeros.withMask(input.mask())).decision();
    Decisions.assertSame(expected, route(router, input).decision(), 0);
  }

  @Test
  void route_wrongWidthOrType_saysWhatItWas() {
    Router router = router(weight(2), choices(EXPERTS)[0]);
    INDArray wide = Nd4j.zeros(DataType.DOUBLE, 3, WIDTH + 2);
    assertMessage(() -> route(router, TokenBatch.evaluation(wide)), "[3, 6]");
    Router single = router(weight(2).castTo(DataType.FLOAT), choices(EXPERTS)[0]);
    TokenBatch exact = TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, 3, WIDTH));
    if (readsTokens()) {
      assertMessage(() -> route(single, exact), "DOUBLE");
    } else {
      requireSameAsWithZeros(single, exact);
    }
  }

  @Test
  void route_paddedTokens_noAssignmentAndZeroGradient() {
    for (int k : choices(EXPERTS)) {
      TokenMask mask = TokenMask.of(true, false, true, true, false, false, true);
      INDArray x = x(7, 1);
      Router router = router(weight(2), k);
      RouterPass routing = route(router, TokenBatch.evaluation(x).withMask(mask));
      RouterDecision decision = routing.decision();
      for (int n = 0; n < decision.assignments().size(); n++) {
        assertTrue(mask.valid(decision.assignments().token(n)), "padded token got an expert");
      }
      requireDistributions(decision);
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 7, WIDTH);
      routing.backward(gradient(decision), dx, router.parameters().zeroGradients());
      for (int t : new int[] {1, 4, 5}) {
        assertAllZero("dx of padded token " + t, row(dx, t));
      }
    }
  }

  @Test
  void route_onlyPadding_decidesNothing() {
    for (int k : choices(EXPERTS)) {
      Router router = router(weight(2), k);
      TokenBatch input = TokenBatch.evaluation(x(3, 1)).withMask(TokenMask.of(false, false, false));
      RouterPass routing = route(router, input);
      assertEquals(0, routing.decision().assignments().size());
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 3, WIDTH);
      Gradients into = router.parameters().zeroGradients();
      routing.backward(gradient(routing.decision()), dx, into);
      assertAllZero("dx", Near.values(dx));
      into.forEach((name, array) -> assertAllZero(name, Near.values(array)));
    }
  }

  @Test
  void route_paddingAppended_othersUnchanged() {
    for (double garbage : new double[] {0, 1e30, Double.NaN}) {
      for (int k : choices(EXPERTS)) {
        requireSameWithPadding(k, garbage);
      }
    }
  }

  private void requireSameWithPadding(int k, double garbage) {
    INDArray x = x(5, 1);
    double[] padded = Arrays.copyOf(Near.values(x), 8 * WIDTH);
    Arrays.fill(padded, 5 * WIDTH, 8 * WIDTH, garbage);
    TokenMask mask = TokenMask.of(true, true, true, true, true, false, false, false);
    Router router = router(weight(2), k);
    INDArray longX = RandomArrays.of(DataType.DOUBLE, padded, 8, WIDTH);
    RouterPass expected = route(router, TokenBatch.evaluation(x));
    RouterPass actual = route(router, TokenBatch.evaluation(longX).withMask(mask));
    Assignments a = expected.decision().assignments();
    Assignments b = actual.decision().assignments();
    assertEquals(a.size(), b.size());
    for (int n = 0; n < a.size(); n++) {
      assertEquals(a.token(n), b.token(n));
      assertEquals(a.expert(n), b.expert(n));
    }
    assertNear("weights", a.weights(), b.weights(), 1e-12);
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 5, WIDTH);
    INDArray longDx = Nd4j.zeros(DataType.DOUBLE, 8, WIDTH);
    Gradients into = router.parameters().zeroGradients();
    Gradients longInto = router.parameters().zeroGradients();
    double[] dWeights = RandomArrays.normal(Seeds.random(3), a.size());
    expected.backward(RoutingGradient.ofWeights(dWeights), dx, into);
    actual.backward(RoutingGradient.ofWeights(dWeights), longDx, longInto);
    assertNear("dx", Arrays.copyOf(Near.values(dx), 8 * WIDTH), Near.values(longDx), 1e-12);
    into.forEach((name, array) ->
        assertNear(name + ", padding " + garbage, array, longInto.get(name), 1e-12));
  }

  @Test
  void route_inputAndParameters_notModified() {
    for (int k : choices(EXPERTS)) {
      INDArray x = x(7, 1);
      Router router = router(weight(2), k);
      List<INDArray> before = new ArrayList<>(List.of(x.dup()));
      router.parameters().forEach((name, array) -> before.add(array.dup()));
      RouterPass routing = route(router, TokenBatch.evaluation(x));
      RoutingGradient gradient = gradient(routing.decision());
      double[] dWeights = gradient.weights().orElseThrow();
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 7, WIDTH);
      routing.backward(gradient, dx, router.parameters().zeroGradients());
      List<INDArray> after = new ArrayList<>(List.of(x));
      router.parameters().forEach((name, array) -> after.add(array));
      for (int i = 0; i < before.size(); i++) {
        assertSameBits("array " + i, before.get(i), after.get(i));
      }
      assertSameBits("dWeights", dWeights, gradient.weights().orElseThrow());
    }
  }

  @Test
  void route_scoresOf80_staysFinite() {
    double[] scores = {
      80, -80, -80, -80, -80, //
      -80, 80, 80, -80, 80, //
      -80, -80, -80, -80, -80, //
      80, 80, 80, 80, 80
    };
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      for (int k : choices(EXPERTS)) {
        RouterPass routing = routeScores(scores, k, type);
        requireDistributions(routing.decision());
        INDArray dx = Nd4j.zeros(type, 4, EXPERTS);
        Gradients into = router(Nd4j.eye(EXPERTS).castTo(type), k).parameters().zeroGradients();
        routing.backward(gradient(routing.decision()), dx, into);
        assertTrue(Arrays.stream(Near.values(dx)).allMatch(Double::isFinite), "dx not finite");
        assertTrue(Double.isFinite(into.globalNorm()), "parameter gradient not finite");
      }
    }
  }

  @Test
  void route_severalThreads_sameAsOne() throws Exception {
    int k = choices(EXPERTS)[choices(EXPERTS).length - 1];
    Router router = router(weight(2), k);
    INDArray x = x(40, 1);
    Outcome expected = outcome(router, x);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Outcome>> futures = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        futures.add(threads.submit(() -> outcome(router, x)));
      }
      for (Future<Outcome> future : futures) {
        Outcome actual = future.get();
        Decisions.assertSame(expected.decision, actual.decision, 0);
        assertSameBits("dx", expected.dx, actual.dx);
        expected.into.forEach((name, array) -> assertSameBits(name, array, actual.into.get(name)));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** All that one thread computes. */
  private record Outcome(RouterDecision decision, INDArray dx, Gradients into) {}

  private Outcome outcome(Router router, INDArray x) {
    RouterPass routing = route(router, TokenBatch.evaluation(x));
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, x.shape());
    Gradients into = router.parameters().zeroGradients();
    routing.backward(gradient(routing.decision()), dx, into);
    return new Outcome(routing.decision(), dx, into);
  }

  @Test
  void backward_weightsLogitsProbabilities_matchDifferencesIfSaid() {
    for (int k : choices(EXPERTS)) {
      if (isDerivative()) {
        requireDerivative(k, 0);
      } else {
        // An estimate may agree with the derivative for the tokens of one batch.
        Executable batches =
            () -> IntStream.range(0, 20).forEach(batch -> requireDerivative(k, 100 * batch));
        assertThrows(AssertionError.class, batches, "it is the derivative");
      }
    }
  }

  private void requireDerivative(int k, int salt) {
    INDArray x = x(6, 1 + salt);
    TokenBatch input =
        TokenBatch.evaluation(x).withMask(TokenMask.of(true, true, false, true, true, true));
    Router router = router(weight(2 + salt), k);
    RouterPass routing = route(router, input);
    RoutingObjective objective =
        RoutingObjective.random(routing.decision(), Seeds.random(3 + salt));
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
    Gradients into = router.parameters().zeroGradients();
    routing.backward(objective.gradient(), dx, into);
    if (!readsTokens()) {
      assertAllZero("dx", Near.values(dx));
      return;
    }
    GradientCheck.of(() -> objective.value(route(router, input).decision()))
        .add("x", x, dx)
        .addAll(router.parameters(), into)
        .assertCorrect();
  }

  @Test
  void backward_partsAlone_sumToWhole() {
    for (int k : choices(EXPERTS)) {
      Router router = router(weight(2), k);
      RouterPass routing = route(router, TokenBatch.evaluation(x(6, 1)));
      RoutingGradient whole = gradient(routing.decision());
      INDArray expectedDx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
      Gradients expected = router.parameters().zeroGradients();
      routing.backward(whole, expectedDx, expected);
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
      Gradients into = router.parameters().zeroGradients();
      parts(whole).forEach(part -> routing.backward(part, dx, into));
      assertNear("dx", expectedDx, dx, 1e-12);
      expected.forEach((name, array) -> assertNear(name, array, into.get(name), 1e-12));
      routing.backward(RoutingGradient.none(), dx, into);
      assertNear("dx after none", expectedDx, dx, 1e-12);
    }
  }

  @Test
  void backward_frozenParameters_othersUnchanged() {
    for (int k : choices(EXPERTS)) {
      Router router = router(weight(2), k);
      RouterPass routing = route(router, TokenBatch.evaluation(x(6, 1)));
      Frozen.assertRestUnchanged(router.parameters(), into -> {
        INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
        routing.backward(gradient(routing.decision()), dx, into);
        return dx;
      });
    }
  }

  private static Stream<RoutingGradient> parts(RoutingGradient whole) {
    return Stream.concat(
        whole.weights().map(RoutingGradient::ofWeights).stream(),
        Arrays.stream(Kind.values())
            .flatMap(kind -> whole.of(kind).map(d -> RoutingGradient.of(kind, d)).stream()));
  }

  @Test
  void backward_gradientOfOtherLengths_refusedAndNothingChanged() {
    Router router = router(weight(2), choices(EXPERTS)[0]);
    RouterPass routing = route(router, TokenBatch.evaluation(x(6, 1)));
    int size = routing.decision().assignments().size();
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
    Gradients into = router.parameters().zeroGradients();
    assertMessage(
        () -> routing.backward(RoutingGradient.ofWeights(new double[size + 1]), dx, into),
        "gradient of weights must have length " + size + " but has " + (size + 1));
    double[] ones = new double[6 * EXPERTS];
    Arrays.fill(ones, 1);
    for (Kind kind : Kind.values()) {
      if (routing.decision().scores(kind).isPresent()) {
        double[] tooLong = Arrays.copyOf(ones, ones.length + 1);
        assertMessage(
            () -> routing.backward(RoutingGradient.of(kind, tooLong), dx, into),
            "gradient of " + kind + " must have length 30 but has 31");
      } else {
        assertMessage(
            () -> routing.backward(RoutingGradient.of(kind, ones), dx, into),
            "gradient of " + kind + " given but the router has none");
      }
    }
    assertAllZero("dx", Near.values(dx));
    into.forEach((name, array) -> assertAllZero(name, Near.values(array)));
    INDArray tooShort = Nd4j.zeros(DataType.DOUBLE, 5, WIDTH);
    assertMessage(
        () -> routing.backward(gradient(routing.decision()), tooShort, into), "dx must be [6, 4]");
  }

  @Test
  void backward_targetsNotZero_adds() {
    Router router = router(weight(2), choices(EXPERTS)[0]);
    RouterPass routing = route(router, TokenBatch.evaluation(x(6, 1)));
    RoutingGradient gradient = gradient(routing.decision());
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 6, WIDTH);
    Gradients into = router.parameters().zeroGradients();
    routing.backward(gradient, dx, into);
    INDArray onTop = Nd4j.ones(DataType.DOUBLE, 6, WIDTH);
    Gradients intoOnTop = router.parameters().zeroGradients();
    intoOnTop.forEach((name, array) -> array.assign(1));
    routing.backward(gradient, onTop, intoOnTop);
    assertNear("dx", dx.add(1), onTop, 1e-12);
    into.forEach((name, array) -> assertNear(name, array.add(1), intoOnTop.get(name), 1e-12));
  }

  @Test
  void route_float32_nearFloat64() {
    for (int k : choices(EXPERTS)) {
      INDArray x = x(7, 1).castTo(DataType.FLOAT);
      INDArray weight = weight(2).castTo(DataType.FLOAT);
      RouterDecision single = route(router(weight, k), TokenBatch.evaluation(x)).decision();
      Router exact = router(weight.castTo(DataType.DOUBLE), k);
      TokenBatch input = TokenBatch.evaluation(x.castTo(DataType.DOUBLE));
      Decisions.assertSame(route(exact, input).decision(), single, 1e-5);
    }
  }

  private RouterPass route(Router router, TokenBatch input) {
    return router.route(prepare(input, NOISE));
  }

  /** Routes tokens whose raw scores are given. */
  private RouterPass routeScores(double[] scores, int k, DataType type) {
    INDArray x = RandomArrays.of(type, scores, scores.length / EXPERTS, EXPERTS);
    return route(router(Nd4j.eye(EXPERTS).castTo(type), k), TokenBatch.evaluation(x));
  }

  private static INDArray x(int tokens, long salt) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), tokens, WIDTH);
  }

  private static INDArray weight(long salt) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), EXPERTS, WIDTH);
  }

  private static double[] row(INDArray matrix, int t) {
    int width = (int) matrix.size(1);
    return Arrays.copyOfRange(Near.values(matrix), t * width, (t + 1) * width);
  }

  private static RoutingGradient gradient(RouterDecision decision) {
    return RoutingObjective.random(decision, Seeds.random(3)).gradient();
  }

  private static void requireDistributions(RouterDecision decision) {
    for (double w : decision.assignments().weights()) {
      assertTrue(Double.isFinite(w), "weight " + w);
    }
    decision.probabilities().ifPresent(p -> {
      for (int t = 0; t < p.tokens(); t++) {
        double sum = 0;
        for (int e = 0; e < p.experts(); e++) {
          assertFalse(p.get(t, e) < 0, "negative probability");
          sum += p.get(t, e);
        }
        assertEquals(decision.mask().valid(t) ? 1 : 0, sum, 1e-9, "sum of row " + t);
      }
    });
  }

  private void requireLargest(RouterDecision decision, int k) {
    if (choosesLargestScores()) {
      Assignments made = decision.assignments();
      assertEquals(decision.mask().validTokens() * k, made.size());
      double[] logits = decision.requireLogits("test").toArray();
      for (int n = 0; n < made.size(); n++) {
        int[] best = Decisions.largest(logits, made.token(n) * EXPERTS, EXPERTS, k);
        assertEquals(best[n % k], made.expert(n), "choice of token " + made.token(n));
      }
    }
  }

  private static void assertMessage(Runnable action, String... parts) {
    Exception error = assertThrows(IllegalArgumentException.class, action::run);
    String message = String.valueOf(error.getMessage());
    assertTrue(Arrays.stream(parts).allMatch(message::contains), message);
  }
}
