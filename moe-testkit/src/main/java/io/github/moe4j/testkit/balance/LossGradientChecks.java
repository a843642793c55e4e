package io.github.moe4j.testkit.balance;

import static io.github.moe4j.testkit.balance.LossSubject.EXPERTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/** Gradients of a loss against finite differences. */
record LossGradientChecks(LossSubject subject) {
  private static final int DRAWS = 10;

  private LossContract contract() {
    return subject.contract();
  }

  void oneLayer() {
    for (int k : contract().choicesThatVary()) {
      requireGradient(draw ->
          List.of(new Layer(draw + 1, 8, k, 4, RandomArrays.mask(Seeds.random(draw + 2), 8))));
    }
  }

  void layersOfDifferentLength() {
    TokenMask oneEmptySequence =
        TokenMask.of(true, false, true, true, false, false, false, false, true, true, true, false);
    requireGradient(draw -> List.of(
        new Layer(draw + 1, 12, 2, 4, oneEmptySequence),
        new Layer(draw + 2, 5, 1, 5, TokenMask.none(5)),
        new Layer(draw + 3, 6, 3, 2, TokenMask.of(true, true, false, true, true, true))));
  }

  /** Logits to vary, and all that is constant about a layer. */
  private final class Layer {
    final double[] logits;
    final int[][] choice;
    final int sequenceLength;
    final TokenMask mask;

    Layer(long salt, int tokens, int k, int sequenceLength, TokenMask mask) {
      this.logits = RandomArrays.normal(Seeds.random(salt), tokens * EXPERTS);
      Arrays.setAll(logits, i -> logits[i] + contract().tilt(i % EXPERTS));
      this.choice = new int[tokens][];
      Arrays.setAll(choice, t -> Decisions.largest(logits, t * EXPERTS, EXPERTS, k));
      this.sequenceLength = sequenceLength;
      this.mask = mask;
    }

    RouterDecision decision() {
      return Decisions.chosen(logits, EXPERTS, choice, mask, sequenceLength);
    }
  }

  /**
   * Checks the gradient of the first draw where the loss depends on the logits: at equal loads a loss
   * is constant, whatever the logits are.
   */
  private void requireGradient(LongFunction<List<Layer>> layers) {
    for (int draw = 0; draw < DRAWS; draw++) {
      GradientCheck check = gradientCheck(layers.apply(1000L * draw));
      if (check.varies()) {
        check.assertCorrect();
        return;
      }
    }
    fail("the loss is constant in each of " + DRAWS + " draws");
  }

  private GradientCheck gradientCheck(List<Layer> layers) {
    BalanceLoss loss = contract().loss(5);
    List<RouterDecision> decisions = decisions(layers);
    LossValue value = loss.evaluate(decisions);
    assertEquals(layers.size(), value.gradients().size());
    GradientCheck check =
        GradientCheck.of(() -> loss.evaluate(decisions(layers)).value());
    for (int l = 0; l < layers.size(); l++) {
      double[] dLogits = LossSubject.dLogits(decisions.get(l), value.gradients().get(l));
      check.add("logits of layer " + l, layers.get(l).logits, dLogits);
    }
    return check;
  }

  private List<RouterDecision> decisions(List<Layer> layers) {
    return layers.stream().map(layer -> contract().prepare(layer.decision())).toList();
  }
}
