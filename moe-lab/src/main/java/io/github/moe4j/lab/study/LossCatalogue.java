package io.github.moe4j.lab.study;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.BatchwiseLoss;
import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.CommunicationLoss;
import io.github.moe4j.balance.ComplementaryLoss;
import io.github.moe4j.balance.CompositeLoss;
import io.github.moe4j.balance.CountReducer;
import io.github.moe4j.balance.DeviceLoss;
import io.github.moe4j.balance.EntropyLoss;
import io.github.moe4j.balance.ExpertPlacement;
import io.github.moe4j.balance.GlobalBatchLoss;
import io.github.moe4j.balance.ImportanceLoss;
import io.github.moe4j.balance.LoadLoss;
import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.ReMoEL1;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.SwitchLoss.Counting;
import io.github.moe4j.balance.VarianceEstimator;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.lab.balance.LoadUnit;
import java.util.function.BiFunction;

/** The registry: every loss of the library, in one convention or more, for tests and benchmarks. */
public enum LossCatalogue {
  /** Switch loss, per choice. */
  SWITCH((experts, k) -> SwitchLoss.of(1)),
  /** Switch loss per token, all layers together. */
  SWITCH_PER_TOKEN((experts, k) -> new SwitchLoss(1, Counting.PER_TOKEN, LossScope.ALL_LAYERS)),
  /** Switch loss of first choices. */
  GSHARD((experts, k) -> SwitchLoss.gshard(1)),
  /** Switch loss within each sequence. */
  PER_SEQUENCE((experts, k) -> SwitchLoss.perSequence(1)),
  /** Switch loss with accumulated counts. */
  GLOBAL_BATCH((experts, k) -> new GlobalBatchLoss(SwitchLoss.of(1), CountReducer.single())),
  /** Device-level loss, two experts per device. */
  DEVICE((experts, k) -> DeviceLoss.of(1, devices(experts))),
  /** Communication loss, two experts per device. */
  COMMUNICATION((experts, k) -> CommunicationLoss.of(1, devices(experts), 1)),
  /** Complementary loss of the k best scores. */
  COMPLEMENTARY((experts, k) -> ComplementaryLoss.of(1, k)),
  /** CV² of weights. */
  IMPORTANCE((experts, k) -> ImportanceLoss.of(1)),
  /** CV² of probabilities, unbiased. */
  IMPORTANCE_OF_PROBABILITIES(
      (experts, k) -> ImportanceLoss.ofProbabilities(1, VarianceEstimator.UNBIASED)),
  /** CV² of smooth load. */
  LOAD((experts, k) -> LoadLoss.of(1)),
  /** z-loss. */
  Z_LOSS((experts, k) -> new ZLoss(1)),
  /** Entropy of the mean distribution. */
  ENTROPY((experts, k) -> EntropyLoss.of(1)),
  /** Mean entropy of the tokens' distributions. */
  ENTROPY_OF_EACH_TOKEN((experts, k) -> new EntropyLoss(1, EntropyLoss.Of.EACH_TOKEN)),
  /** Batchwise loss. */
  BATCHWISE((experts, k) -> new BatchwiseLoss(1)),
  /** ReMoE's L1. */
  REMOE_L1((experts, k) -> new ReMoEL1(1, k)),
  /** A sum of two losses, one with a schedule. */
  SWITCH_AND_Z((experts, k) -> switchAndZ());

  private final BiFunction<Integer, Integer, BalanceLoss> factory;

  LossCatalogue(BiFunction<Integer, Integer, BalanceLoss> factory) {
    this.factory = factory;
  }

  /**
   * The loss with coefficient 1.
   *
   * @param experts E
   * @param k choices per token
   */
  public BalanceLoss create(int experts, int k) {
    return factory.apply(experts, k);
  }

  private static ExpertPlacement devices(int experts) {
    return ExpertPlacement.even(experts, Math.max(1, experts / LoadUnit.EXPERTS_A_DEVICE));
  }

  private static BalanceLoss switchAndZ() {
    return CompositeLoss.builder()
        .add(SwitchLoss.of(1), CoefficientSchedule.linearWarmup(1, 10))
        .add(new ZLoss(1), CoefficientSchedule.constant(0.1))
        .build()
        .at(5, "switch and z");
  }
}
