package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.NormalDistribution;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Hand-worked: one token, three experts, clean scores (1, 0, −1), σ = 2 and normal draws (0, 1, 0),
 * so the noisy scores are (1, 2, −1).
 */
class NoisyTopKTest {
  private static final double LN2 = Math.log(2);

  /** Gives the uniform numbers back whose normal quantiles are the given draws. */
  private static final class Replay implements RandomGenerator {
    private final double[] normals;
    private int next;

    Replay(double... normals) {
      this.normals = normals;
    }

    @Override
    public double nextDouble() {
      return NormalDistribution.cdf(normals[next++]);
    }

    @Override
    public long nextLong() {
      throw new AssertionError("noise must come from nextDouble alone");
    }
  }

  /** The scores are the tokens themselves. */
  private static Gate identity(int experts) {
    return LinearGate.of(Nd4j.eye(experts).castTo(DataType.DOUBLE));
  }

  private static NoisyTopK router(TopK topK) {
    return NoisyTopK.of(identity(3), new FixedNoise(2), topK);
  }

  private static TokenBatch input(double... scores) {
    return TokenBatch.evaluation(RandomArrays.of(DataType.DOUBLE, scores, scores.length / 3, 3));
  }

  private static TokenBatch training() {
    return input(1, 0, -1).withMode(PassMode.training(new Replay(0, 1, 0)));
  }

  private static double[] selection(NoisyTopK router) {
    return router
        .route(training())
        .decision()
        .scores(Kind.SELECTION)
        .orElseThrow()
        .toArray();
  }

  @Test
  void route_training_choosesByNoisyScores() {
    RouterDecision decision = router(TopK.of(2)).route(training()).decision();
    // noisy 2 and 1 of experts 1 and 0: e^2 and e^1 over their sum
    assertEquals(1, decision.assignments().expert(0));
    assertEquals(0, decision.assignments().expert(1));
    double best = 1 / (1 + Math.exp(-1));
    assertNear("weights", new double[] {best, 1 - best}, decision.assignments().weights(), 1e-12);
    assertNear("clean", new double[] {1, 0, -1}, decision.logits().orElseThrow().toArray(), 0);
    // the distribution is the noisy one: e^1, e^2, e^-1 over 10.4752
    assertNear(
        "noisy distribution",
        new double[] {0.2594964603424192, 0.7053845126982412, 0.0351190269593396},
        decision.probabilities().orElseThrow().toArray(),
        1e-12);
  }

  @Test
  void route_unnormalized_weightOfNoisySoftmax() {
    RouterDecision decision = router(TopK.unnormalized(1)).route(training()).decision();
    assertEquals(1, decision.assignments().expert(0));
    assertEquals(0.7053845126982412, decision.assignments().weight(0), 1e-12);
  }

  @Test
  void route_evaluation_noNoiseAndNoSelectionProbabilities() {
    for (TokenBatch input : List.of(input(1, 0, -1), input(1, 0, -1).atStep(7))) {
      RouterDecision decision = router(TopK.of(2)).route(input).decision();
      assertEquals(0, decision.assignments().expert(0));
      assertEquals(1, decision.assignments().expert(1));
      assertFalse(decision.scores(Kind.SELECTION).isPresent());
    }
  }

  @Test
  void route_allExpertsChosen_noSelectionProbabilities() {
    RouterDecision decision = router(TopK.of(3)).route(training()).decision();
    assertFalse(decision.scores(Kind.SELECTION).isPresent());
    assertEquals(3, decision.assignments().size());
  }

  @Test
  void route_oneChoice_selectionProbabilitiesOfThePaper() {
    // largest noisy 2 (expert 1), second 1 (expert 0); expert 1 must beat 1, the others 2:
    // Φ((1 − 2)/2) = Φ(−0.5)   Φ((0 − 1)/2) = Φ(−0.5)   Φ((−1 − 2)/2) = Φ(−1.5)
    assertNear(
        "selection",
        new double[] {0.3085375387259869, 0.3085375387259869, 0.06680720126885807},
        selection(router(TopK.unnormalized(1))),
        1e-12);
  }

  @Test
  void route_twoChoices_selectionProbabilitiesOfThePaper() {
    // third noisy −1 (expert 2), second 1 (expert 0); experts 0 and 1 must beat −1, expert 2 must
    // beat 1: Φ((1 + 1)/2) = Φ(1)   Φ((0 + 1)/2) = Φ(0.5)   Φ((−1 − 1)/2) = Φ(−1)
    assertNear(
        "selection",
        new double[] {0.8413447460685429, 0.6914624612740131, 0.15865525393145707},
        selection(router(TopK.of(2))),
        1e-12);
  }

  @Test
  void route_kthThreshold_sameForChosenExperts() {
    // all must beat 2: Φ(−0.5), Φ(−1), Φ(−1.5)
    assertNear(
        "selection",
        new double[] {0.3085375387259869, 0.15865525393145707, 0.06680720126885807},
        selection(router(TopK.unnormalized(1)).withThreshold(LoadThreshold.KTH_NOISY_LOGIT)),
        1e-12);
  }

  @Test
  void route_defectThreshold_comparesScoresWithProbabilities() {
    // softmax of (1, 2, −1): largest 0.70538, second 0.25950. Noisy 1 and 2 exceed 0.25950, so
    // experts 0 and 1 get that as threshold, expert 2 gets 0.70538:
    // Φ((1 − 0.25950)/2)   Φ((0 − 0.25950)/2)   Φ((−1 − 0.70538)/2)
    assertNear(
        "selection",
        new double[] {0.6444025468574746, 0.4483828114479809, 0.1969149931312579},
        selection(router(TopK.unnormalized(1)).withThreshold(LoadThreshold.PROBABILITIES)),
        1e-12);
  }

  @Test
  void backward_selection_reachesExpertThatSetsTheThreshold() {
    RouterPass routing = router(TopK.unnormalized(1)).route(training());
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 1, 3);
    Gradients none = router(TopK.unnormalized(1)).parameters().zeroGradients();
    routing.backward(RoutingGradient.of(Kind.SELECTION, new double[] {0, 0, 1}), dx, none);
    // P_2 = Φ((clean_2 − noisy_1)/2): φ(−1.5)/2 = 0.1295176/2 to itself, the opposite to expert 1
    double slope = 0.12951759566589174 / 2;
    assertNear("dx", new double[] {0, -slope, slope}, Near.values(dx), 1e-12);
  }

  @Test
  void backward_tokensAsTarget_isRefusedBeforeAnythingChanges() {
    NoisyTopK router =
        NoisyTopK.of(identity(3), LearnedNoise.create(3, 3, DataType.DOUBLE), TopK.of(2));
    TokenBatch input = training().differentiable();
    RouterPass routing = router.route(input);
    Gradients into = router.parameters().zeroGradients();
    RoutingGradient gradient = RoutingGradient.of(Kind.SELECTION, new double[] {0, 0, 1});
    assertMessage(
        "x and dx of the router must not share memory",
        () -> routing.backward(gradient, input.x(), into));
    assertEquals(0, into.globalNorm());
  }

  @Test
  void route_drawsForEveryTokenAndExpert_paddingIncluded() {
    Replay draws = new Replay(0, 0, 0, 5, 5, 5, 0, 1, 0);
    TokenBatch input = input(1, 0, -1, 9, 9, 9, 1, 0, -1)
        .withMask(TokenMask.of(true, false, true))
        .withMode(PassMode.training(draws));
    RouterDecision decision = router(TopK.unnormalized(1)).route(input).decision();
    assertEquals(9, draws.next);
    assertEquals(0, decision.assignments().expert(0));
    assertEquals(1, decision.assignments().expert(1));
    double[] selection = decision.scores(Kind.SELECTION).orElseThrow().toArray();
    assertAllZero("selection of padding", Arrays.copyOfRange(selection, 3, 6));
  }

  @Test
  void create_zeroWeights_noiseAloneDecides() {
    NoisyTopK router = NoisyTopK.create(3, 2, 2, DataType.DOUBLE);
    assertEquals(
        List.of("weight", "noise.weight"), List.copyOf(router.parameters().names()));
    TokenBatch input = TokenBatch.evaluation(Nd4j.ones(DataType.DOUBLE, 1, 2));
    RouterDecision decision =
        router.route(input.withMode(PassMode.training(new Replay(-1, 0.5, 2)))).decision();
    assertEquals(2, decision.assignments().expert(0));
    assertEquals(1, decision.assignments().expert(1));
    // σ = softplus(0) + 0.01 = ln 2 + 0.01, and the two chosen lie 1.5 σ apart
    double best = 1 / (1 + Math.exp(-1.5 * (LN2 + 0.01)));
    assertEquals(best, decision.assignments().weight(0), 1e-12);
    // in evaluation all scores are 0: ties go to the lowest experts
    assertEquals(0, router.route(input).decision().assignments().expert(0));
  }

  @Test
  void route_noiseVanishes_selectionIsTheChoice() {
    INDArray scale = Nd4j.createFromArray(-2000.0);
    NoisyTopK router = NoisyTopK.of(identity(3), LearnedScale.of(scale), TopK.unnormalized(1));
    RouterPass routing = router.route(training());
    double[] selection = routing.decision().scores(Kind.SELECTION).orElseThrow().toArray();
    assertArrayEquals(new double[] {1, 0, 0}, selection);
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 1, 3);
    routing.backward(
        RoutingGradient.of(Kind.SELECTION, new double[] {1, 1, 1}),
        dx,
        router.parameters().zeroGradients());
    assertAllZero("dx", Near.values(dx));
  }

  @Test
  void sigma_ofEachScale_asDocumented() {
    TokenBatch input = TokenBatch.evaluation(Nd4j.ones(DataType.DOUBLE, 2, 1));
    assertSigma(new FixedNoise(0.5), input, 0.5, 0.5, 0.5, 0.5);
    assertSigma(FixedNoise.vmoe(1, 2), input, 0.5, 0.5, 0.5, 0.5);
    double zero = LN2;
    assertSigma(LearnedScale.create(DataType.DOUBLE), input, zero, zero, zero, zero);
    assertSigma(LearnedScale.perExpert(2, DataType.DOUBLE), input, zero, zero, zero, zero);
    // ln(1 + e^{ln 3}) = ln 4
    INDArray scales = Nd4j.createFromArray(0.0, Math.log(3));
    assertSigma(LearnedScale.of(scales), input, zero, 2 * LN2, zero, 2 * LN2);
    INDArray weight = Nd4j.createFromArray(0.0, Math.log(3)).reshape(2, 1);
    assertSigma(
        LearnedNoise.of(LinearGate.of(weight), 0.25),
        input,
        zero + 0.25,
        2 * LN2 + 0.25,
        zero + 0.25,
        2 * LN2 + 0.25);
  }

  private static void assertSigma(NoiseScale scale, TokenBatch input, double... expected) {
    scale.requireFits(2, 1);
    assertNear(
        scale.toString(), expected, scale.at(input, 2, new Arena().open()).sigma(), 1e-14);
  }

  /** Noise of two numbers, whatever is asked for. */
  private static final class TwoNumbers implements NoiseScale {
    @Override
    public NamedArrays parameters() {
      return NamedArrays.none();
    }

    @Override
    public void requireFits(int experts, int modelWidth) {
      // It fits nothing.
    }

    @Override
    public Run at(TokenBatch input, int experts, Arena.Scope scope) {
      return new FixedNoise(2).at(input, 2, scope);
    }
  }

  /** Noise that does not fit is refused, and a rule that does not before anything is drawn. */
  @Test
  void route_wrongUse_drawsNothing() {
    Replay draws = new Replay(0, 1, 0);
    TokenBatch batch = input(1, 0, -1).withMode(PassMode.training(draws));
    assertMessage("k must be above 1", () -> router(TopK.of(1)).route(batch));
    NoisyTopK narrow = NoisyTopK.of(identity(3), new TwoNumbers(), TopK.of(2));
    assertMessage("σ must have T·E = 3 values but had 2", () -> narrow.route(batch));
    // All draws are left.
    assertEquals(2, router(TopK.of(2)).route(batch).decision().assignments().size());
  }

  @Test
  void route_misuse_saysWhatIsWrong() {
    assertMessage(
        "noisy top-k",
        () -> router(TopK.of(2)).route(input(1, 0, -1).withMode(PassMode.training())));
    assertMessage("k must be above 1", () -> router(TopK.of(1)).route(training()));
    assertMessage("at most E = 3 but was 4", () -> router(TopK.of(4)));
    NoiseScale narrow = LearnedNoise.create(3, 2, DataType.DOUBLE);
    assertMessage("[3, 3] but was of [3, 2]", () -> NoisyTopK.of(identity(3), narrow, TopK.of(2)));
    NoiseScale two = LearnedScale.perExpert(2, DataType.DOUBLE);
    assertMessage("E = 3 numbers but had 2", () -> NoisyTopK.of(identity(3), two, TopK.of(2)));
    assertMessage("std must be above 0 but was 0.0", () -> new FixedNoise(0));
    assertMessage("epsilon must be at least 0", () -> LearnedNoise.of(identity(3), -1));
  }

  private static void assertMessage(String part, Runnable action) {
    Exception error = assertThrows(IllegalArgumentException.class, action::run);
    String message = String.valueOf(error.getMessage());
    assertTrue(message.contains(part), message);
  }
}
