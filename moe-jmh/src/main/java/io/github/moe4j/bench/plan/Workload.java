package io.github.moe4j.bench.plan;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.models.preset.Architecture;
import io.github.moe4j.models.preset.FeedForwardShape;
import io.github.moe4j.models.preset.Operations;
import io.github.moe4j.models.preset.ParameterGroup;
import io.github.moe4j.models.preset.Preset;
import io.github.moe4j.models.preset.WeightType;

/**
 * What every node does in a step.
 *
 * @param preset the architecture
 * @param tokens of a node in a step
 * @param training whether with backward and optimizer, or a forward pass alone
 * @param type of weights, gradients and rows
 * @param imbalance load of the most loaded rank divided by the mean
 * @param oncePerRank whether a token travels once to a rank with several of its experts
 */
record Workload(
    Preset preset,
    long tokens,
    boolean training,
    WeightType type,
    double imbalance,
    boolean oncePerRank) {
  /** Both moments of AdamW, in float32. */
  private static final int UPDATER_BYTES = 8;

  Workload {
    Require.that(tokens >= 1, "tokens must be at least 1 but was %d", tokens);
    Require.that(
        imbalance >= 1 && Double.isFinite(imbalance),
        "imbalance, the largest load by the mean, must be at least 1 but was %s",
        imbalance);
    Require.that(
        !training || type != WeightType.INT8,
        "training must have weights in float32 or bfloat16 but has INT8");
  }

  Architecture architecture() {
    return preset.architecture();
  }

  int experts() {
    return architecture().sparse().experts();
  }

  /** Parameters of one expert in all layers. */
  double expertParameters() {
    return (double) preset.total().count(ParameterGroup.ROUTED_EXPERTS) / experts();
  }

  /** Parameters of all that is not a routed expert. */
  double replicatedParameters() {
    return preset.total().total() - expertParameters() * experts();
  }

  /** Weight, and in training its gradient and moments. */
  double stateBytes() {
    return training ? 2 * type.bytes(1) + UPDATER_BYTES : type.bytes(1);
  }

  /** Load of the most loaded of some ranks by the mean: one rank that holds all experts has all loads. */
  double imbalanceOver(int expertRanks) {
    return expertRanks == 1 ? 1 : imbalance;
  }

  /** Operations of a node's tokens in the most loaded rank. */
  double flops(int expertRanks) {
    Operations operations = preset.operations(0);
    double experts = operations.count(ParameterGroup.ROUTED_EXPERTS);
    double perToken = operations.total() - experts + experts * imbalanceOver(expertRanks);
    return perToken * tokens * (training ? 3 : 1);
  }

  /** What the passes of the experts keep for their backward: rows in and out and hidden values of each choice. */
  double activationBytes(int expertRanks) {
    if (!training) {
      return 0;
    }
    FeedForwardShape expert = architecture().sparse().expert();
    double hidden = (expert.gated() ? 2.0 : 1.0) * expert.hiddenWidth();
    double row = (2.0 * architecture().modelWidth() + hidden) * type.bytes(1);
    double rows = (double) tokens * architecture().sparse().k() * imbalanceOver(expertRanks);
    return row * rows * architecture().sparseLayers();
  }

  ExpertTraffic traffic(int expertRanks) {
    return new ExpertTraffic(
        tokens,
        architecture().modelWidth(),
        experts(),
        architecture().sparse().k(),
        expertRanks,
        oncePerRank,
        Math.toIntExact(type.bytes(1)));
  }

  /** Exchanges of rows in a step: to the experts and back, in the backward too. */
  int exchanges() {
    return architecture().sparseLayers() * (training ? 4 : 2);
  }
}
