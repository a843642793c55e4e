package io.github.moe4j.core.lora;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.ExpertsContract;
import org.junit.jupiter.api.Tag;
import org.nd4j.linalg.api.buffer.DataType;

/** An adapter of one projection of the experts of gpt-oss. */
@Tag("slow")
class LoraClampedContractTest extends ExpertsContract {
  @Override
  protected Experts experts(int experts, int width, DataType type, long seed) {
    ExpertOptions options = ExpertOptions.of(experts, width, 6).withBiases(true).withDataType(type);
    return LoraExperts.of(
        GluExperts.create(ClampedSwiGlu.gptOss(), options, seed),
        LoraOptions.of(2, 1).withTargets(LoraTarget.EXPERT_GATE).withSeed(seed));
  }
}
