package io.github.moe4j.lab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.ReMoEL1;
import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.BiasRule;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.balance.control.ProportionalRule;
import io.github.moe4j.balance.control.QuantileController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.balance.control.SparsityController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.BiasedTopK;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ReMoE;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.RulePass;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Routers and controllers in a closed loop without a model: the scores stay as they are, normal
 * numbers with one expert ahead by 3, so that it takes nearly every token at first.
 */
@ExtendWith(Seeds.class)
class ControllersBalanceTest {
  private static final int TOKENS = 512;
  private static final int EXPERTS = 8;
  private static final int K = 2;

  private final double[] scores = scores();
  private final TokenBatch input = TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, TOKENS, 1));
  private final ExpertBias bias = ExpertBias.zeros(EXPERTS);

  private static double[] scores() {
    double[] scores = RandomArrays.normal(Seeds.random(1), TOKENS * EXPERTS);
    for (int t = 0; t < TOKENS; t++) {
      scores[t * EXPERTS] += 3;
    }
    return scores;
  }

  private RouterDecision decide(RoutingRule rule) {
    Logits logits = Logits.of(scores, EXPERTS, TokenMask.none(TOKENS));
    return rule.apply(logits, input).decide(input, logits);
  }

  private static double mostLoadedOverMean(RouterDecision decision) {
    int[] counts = decision.assignments().countPerExpert();
    return IntStream.of(counts).max().orElseThrow()
        * (double) EXPERTS
        / IntStream.of(counts).sum();
  }

  /** Fails unless some steps bring the imbalance from above 3 to below the bound. */
  private void assertBalanced(
      double bound, int steps, RoutingRule rule, LoadController controller) {
    double start = mostLoadedOverMean(decide(rule));
    assertTrue(start > 3, "must start above 3 but started at " + start);
    for (int step = 0; step < steps; step++) {
      controller.observe(decide(rule));
      controller.step();
    }
    double end = mostLoadedOverMean(decide(rule));
    assertTrue(end < bound, "must end below " + bound + " but ended at " + end);
  }

  private RoutingRule biasedTopK() {
    return BiasedTopK.of(K, bias);
  }

  private RoutingRule deepSeekV3() {
    return DeepSeekV3.of(K, bias);
  }

  private BiasController bias(BiasRule rule) {
    return new BiasController(bias, rule);
  }

  @Test
  void sign_onLogits_balances() {
    // the gap of 3 between biases opens by 2·0.05 a step: 30 steps, then small swings
    assertBalanced(1.2, 80, biasedTopK(), bias(SignRule.of(0.05)));
  }

  @Test
  void centred_onSigmoids_balancesWithoutDrift() {
    assertBalanced(1.2, 80, deepSeekV3(), bias(SignRule.centred(0.01)));
    assertEquals(0, Arrays.stream(bias.values()).sum(), 1e-12);
  }

  @Test
  void sign_rateThatFades_balancesMoreFinely() {
    CoefficientSchedule rate = CoefficientSchedule.cosine(0.1, 0.001, 100);
    assertBalanced(1.05, 100, biasedTopK(), bias(new SignRule(rate, false)));
  }

  @Test
  void proportional_onLogits_balances() {
    assertBalanced(1.05, 40, biasedTopK(), bias(ProportionalRule.of(0.2)));
  }

  @Test
  void proportional_onSigmoids_balances() {
    assertBalanced(1.05, 40, deepSeekV3(), bias(ProportionalRule.of(0.04)));
  }

  @Test
  void quantile_onLogits_balancesWithinAFewSteps() {
    assertBalanced(1.1, 6, biasedTopK(), QuantileController.ofLogits(bias, K));
  }

  @Test
  void quantile_onSigmoids_balancesWithinAFewSteps() {
    assertBalanced(1.1, 6, deepSeekV3(), QuantileController.ofSigmoids(bias, K));
  }

  @Test
  void quantile_keepingHalf_balances() {
    assertBalanced(1.1, 12, biasedTopK(), QuantileController.ofLogits(bias, K).keeping(0.5));
  }

  /**
   * A ReLU router balances by learning: here a threshold for each expert, taken off the scores, which
   * the penalty raises for experts in use while a constant pull lowers all of them.
   */
  @Test
  void sparsity_onReLu_comesToTheAimWhileThePenaltyBalances() {
    SparsityController controller = new SparsityController(EXPERTS, K, 1e-3, 1.2);
    double[] threshold = new double[EXPERTS];
    Arrays.fill(threshold, 1.5);
    double start = mostLoadedOverMean(learn(threshold, controller));
    assertTrue(start > 3, "must start above 3 but started at " + start);
    double sparsity = 0;
    for (int step = 1; step < 200; step++) {
      RouterDecision decision = learn(threshold, controller);
      if (step >= 160) {
        sparsity += (1 - decision.assignments().size() / (double) scores.length) / 40;
        double now = mostLoadedOverMean(decision);
        assertTrue(now < 1.1, "must stay below 1.1 but was " + now);
      }
    }
    // 2 of 8 experts: the coefficient swings around what keeps 3/4 of the weights at 0
    assertEquals(0.75, sparsity, 0.03);
  }

  /** One step of descent on the thresholds; returns what was decided before. */
  private RouterDecision learn(double[] threshold, SparsityController controller) {
    double[] now = new double[scores.length];
    Arrays.setAll(now, i -> scores[i] - threshold[i % EXPERTS]);
    Logits logits = Logits.of(now, EXPERTS, TokenMask.none(TOKENS));
    RulePass result = new ReMoE().apply(logits, input);
    RouterDecision decision = result.decide(input, logits);
    RoutingGradient penalty =
        ReMoEL1.of(controller.coefficient(), K).evaluate(decision).gradient();
    double[] dLogits = new double[now.length];
    result.backward(penalty, dLogits, NamedArrays.none().zeroGradients());
    for (int i = 0; i < now.length; i++) {
      threshold[i % EXPERTS] += 5 * dLogits[i];
    }
    Arrays.setAll(threshold, e -> threshold[e] - 0.05);
    controller.observe(decision);
    controller.step();
    return decision;
  }
}
