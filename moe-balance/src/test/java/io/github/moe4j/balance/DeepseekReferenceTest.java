package io.github.moe4j.balance;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.PaperSums.Token;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The papers' sums, word for word, over random choices of two layers with padding.
 *
 * <p>The choices are not those of the best scores, so what counts choices and what counts scores
 * differ. A loss is linear in the probabilities where its counts stay, so its gradient is its value
 * with a single probability of 1 and no others.
 */
@ExtendWith(Seeds.class)
class DeepseekReferenceTest {
  private static final int E = PaperSums.E;
  private static final int K = PaperSums.K;
  private static final ExpertPlacement PLACEMENT = ExpertPlacement.of(PaperSums.DEVICE);

  /** Three sequences of four tokens; the second is all padding. */
  private static final TokenMask FIRST =
      TokenMask.of(true, false, true, true, false, false, false, false, true, true, true, false);

  /** Two sequences of three tokens. */
  private static final TokenMask SECOND = TokenMask.of(true, true, true, false, true, true);

  private final List<RouterDecision> layers = List.of(layer(1, 4, FIRST), layer(2, 3, SECOND));

  private static RouterDecision layer(long salt, int sequenceLength, TokenMask mask) {
    RandomGenerator random = Seeds.random(salt);
    double[] logits = RandomArrays.normal(random, mask.tokens() * E);
    int[][] choice = new int[mask.tokens()][];
    Arrays.setAll(choice, t -> {
      List<Integer> experts = new ArrayList<>(IntStream.range(0, E).boxed().toList());
      for (int e = E - 1; e > 0; e--) {
        Collections.swap(experts, e, random.nextInt(e + 1));
      }
      return experts.stream().mapToInt(Integer::intValue).limit(K).toArray();
    });
    return Decisions.chosen(logits, E, choice, mask, sequenceLength);
  }

  private List<Token> tokens(int layer, int from, int to) {
    RouterDecision decision = layers.get(layer);
    List<Token> tokens = new ArrayList<>();
    for (int t : decision.mask().validIndices(from, to)) {
      double[] s = new double[E];
      decision.requireProbabilities("test").copyRow(t, s);
      List<Integer> chosen = new ArrayList<>();
      for (int n = 0; n < decision.assignments().size(); n++) {
        if (decision.assignments().token(n) == t) {
          chosen.add(decision.assignments().expert(n));
        }
      }
      tokens.add(new Token(layer, t, s, chosen, s));
    }
    return tokens;
  }

  /** Tokens that are taken together, and what their loss is multiplied with. */
  private record Pool(List<Token> tokens, double weight) {}

  private List<Pool> pools(LossScope pooling) {
    List<Token> first = tokens(0, 0, 12);
    List<Token> second = tokens(1, 0, 6);
    List<Token> both = new ArrayList<>(first);
    both.addAll(second);
    return switch (pooling) {
      case LAYER_SUM -> List.of(new Pool(first, 1), new Pool(second, 1));
      case LAYER_MEAN -> List.of(new Pool(first, 0.5), new Pool(second, 0.5));
      case ALL_LAYERS -> List.of(new Pool(both, 1));
      // two sequences of either layer have real tokens
      case SEQUENCE ->
        List.of(
            new Pool(tokens(0, 0, 4), 0.5),
            new Pool(tokens(0, 8, 12), 0.5),
            new Pool(tokens(1, 0, 3), 0.5),
            new Pool(tokens(1, 3, 6), 0.5));
    };
  }

  private void require(
      BalanceLoss loss, LossScope pooling, ToDoubleFunction<List<Token>> reference) {
    double expected = 0;
    double[][] dP = {new double[12 * E], new double[6 * E]};
    for (Pool pool : pools(pooling)) {
      expected += 0.7 * pool.weight * reference.applyAsDouble(pool.tokens);
      for (Token one : pool.tokens) {
        for (int e = 0; e < E; e++) {
          double[] unit = new double[E];
          unit[e] = 1;
          List<Token> single = pool.tokens.stream()
              .map(token -> token.with(token == one ? unit : new double[E]))
              .toList();
          dP[one.layer()][one.t() * E + e] = 0.7 * pool.weight * reference.applyAsDouble(single);
        }
      }
    }
    LossValue actual = loss.evaluate(layers);
    assertEquals(expected, actual.value(), 1e-14);
    for (int l = 0; l < 2; l++) {
      double[] gradient = actual.gradients().get(l).probabilities().orElseThrow();
      assertNear("layer " + l, dP[l], gradient, 1e-15);
    }
  }

  @ParameterizedTest
  @EnumSource(LossScope.class)
  void deviceLoss_randomChoices_papersSums(LossScope pooling) {
    require(new DeviceLoss(0.7, PLACEMENT, pooling), pooling, PaperSums::device);
  }

  @ParameterizedTest
  @EnumSource(LossScope.class)
  void communicationLoss_randomChoices_papersSums(LossScope pooling) {
    require(
        new CommunicationLoss(0.7, PLACEMENT, PaperSums.M, pooling),
        pooling,
        PaperSums::communication);
  }

  @ParameterizedTest
  @EnumSource(LossScope.class)
  void complementaryLoss_randomChoices_papersSums(LossScope pooling) {
    require(new ComplementaryLoss(0.7, K, pooling), pooling, PaperSums::complementary);
  }

  @Test
  void choices_random_differFromBestScores() {
    long others = tokens(0, 0, 12).stream()
        .filter(token -> token.chosen().stream().anyMatch(i -> !token.best(i)))
        .count();
    assertTrue(others > 0, "choices of the first layer apart from its best scores");
  }
}
