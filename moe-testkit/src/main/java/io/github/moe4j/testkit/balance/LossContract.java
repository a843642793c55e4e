package io.github.moe4j.testkit.balance;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that every {@link BalanceLoss} must pass. A loss's test class extends this, creates the loss and
 * gives its values at perfect balance and at total collapse.
 *
 * <p>Decisions are built from logits and a choice by simple code; the choice is constant, as in
 * training.
 */
@ExtendWith(Seeds.class)
public abstract class LossContract {
  private final LossSubject subject = new LossSubject(this);
  private final LossValueChecks values = new LossValueChecks(subject);
  private final LossGradientChecks gradients = new LossGradientChecks(subject);
  private final LossPaddingChecks padding = new LossPaddingChecks(subject);
  private final LossCallChecks calls = new LossCallChecks(subject);

  /** For subclasses. */
  protected LossContract() {}

  /** The loss under test with the given coefficient. */
  protected abstract BalanceLoss loss(double coefficient);

  /** The same loss for another number of experts, if it depends on it. */
  protected BalanceLoss loss(double coefficient, int experts) {
    return loss(coefficient);
  }

  /** The same loss after each expert e became e + 1 and the last became 0, if it depends on their numbers. */
  protected BalanceLoss renumbered(double coefficient) {
    return loss(coefficient);
  }

  /** Value with coefficient 1 if all logits are 0 and all experts are chosen equally often. */
  protected abstract double valueAtBalance(int experts, int choices);

  /**
   * Value with coefficient 1 if every token prefers expert 0.
   *
   * @param logit of expert 0, so large that its probability is 1; the other logits are 0
   */
  protected abstract double valueAtCollapse(int experts, int choices, double logit);

  /** Choices per token for which the loss of one layer varies, so that its gradient is checked. */
  protected int[] choicesThatVary() {
    return new int[] {1, 2, LossSubject.EXPERTS - 1};
  }

  /** Added to the random logits of an expert where a gradient is checked, for a loss to vary. */
  protected double tilt(int expert) {
    return 0;
  }

  /**
   * The decision as the loss needs it. A loss that reads selection probabilities adds some that equal
   * the probabilities; the contract's decisions have logits, their softmax, and its values as weights.
   */
  protected RouterDecision prepare(RouterDecision decision) {
    return decision;
  }

  @Test
  void evaluate_perfectBalance_documentedValue() {
    values.perfectBalance();
  }

  @Test
  void evaluate_totalCollapse_documentedValue() {
    values.totalCollapse();
  }

  @Test
  void evaluate_oneLayer_gradientMatchesDifferences() {
    gradients.oneLayer();
  }

  @Test
  void evaluate_layersOfDifferentLength_gradientMatchesDifferences() {
    gradients.layersOfDifferentLength();
  }

  @Test
  void evaluate_paddingInAndAfterSequences_changesNothing() {
    padding.inAndAfterSequences();
  }

  @Test
  void evaluate_onlyPadding_zeroNotNaN() {
    padding.onlyPadding();
  }

  @Test
  void evaluate_noTokens_zero() {
    padding.noTokens();
  }

  @Test
  void evaluate_oneExpert_finiteAsAtBalance() {
    values.oneExpert();
  }

  @Test
  void evaluate_logitsOf80_finite() {
    values.logitsOf80();
  }

  @Test
  void evaluate_coefficientDoubled_valueAndGradientDouble() {
    values.coefficientDoubled();
  }

  @Test
  void evaluate_expertsRenumbered_sameValue() {
    values.expertsRenumbered();
  }

  @Test
  void evaluate_decision_notModified() {
    calls.notModified();
  }

  @Test
  void evaluate_otherDecisionBetween_sameBits() {
    calls.otherDecisionBetween();
  }

  @Test
  void evaluate_noLayers_throws() {
    calls.noLayers();
  }

  @Test
  void loss_coefficientNotFiniteOrNegative_refused() {
    calls.wrongCoefficient();
  }

  @Test
  void name_always_given() {
    calls.nameGiven();
  }
}
