package io.github.moe4j.examples;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.testkit.ExpertsContract;
import org.nd4j.linalg.api.buffer.DataType;

class ScaledExpertsContractTest extends ExpertsContract {
  @Override
  protected Experts experts(int experts, int width, DataType type, long seed) {
    ExpertOptions options = ExpertOptions.of(experts, width, 1).withDataType(type);
    return new ScaledProvider().create(options, seed);
  }
}
