package io.github.moe4j.balance;

/** Switch loss and z-loss, half way through a warm-up to twice the coefficient. */
class CompositeLossContractTest extends LossContract {
  @Override
  protected BalanceLoss loss(double coefficient) {
    CoefficientSchedule schedule = CoefficientSchedule.linearWarmup(2 * coefficient, 10);
    return CompositeLoss.builder()
        .add(SwitchLoss.of(1), schedule)
        .add(new ZLoss(0.1), schedule)
        .build()
        .at(5, "switch and z");
  }

  @Override
  protected double valueAtBalance(int experts, int choices) {
    // 1, and a tenth of (ln E)²
    return 1 + 0.1 * Math.log(experts) * Math.log(experts);
  }

  @Override
  protected double valueAtCollapse(int experts, int choices, double logit) {
    // E/K, and a tenth of the squared logit
    return (double) experts / choices + 0.1 * logit * logit;
  }
}
