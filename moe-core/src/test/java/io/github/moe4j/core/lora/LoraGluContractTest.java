package io.github.moe4j.core.lora;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.ExpertsContract;
import org.junit.jupiter.api.Tag;
import org.nd4j.linalg.api.buffer.DataType;

/** Adapters of all projections of gated experts with biases, with dropout of hidden values and inputs in training. */
@Tag("slow")
class LoraGluContractTest extends ExpertsContract {
  @Override
  protected Experts experts(int experts, int width, DataType type, long seed) {
    ExpertOptions options = ExpertOptions.of(experts, width, 6).withBiases(true).withDataType(type);
    return LoraExperts.of(
        GluExperts.create(options, seed).withDropout(0.2),
        LoraOptions.of(2, 3).withDropout(0.3).withSeed(seed));
  }
}
