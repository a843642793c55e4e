package io.github.moe4j.core.lora;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.testkit.ExpertsContract;
import org.junit.jupiter.api.Tag;
import org.nd4j.linalg.api.buffer.DataType;

/** Adapters of plain experts with biases, with the scale of rsLoRA. */
@Tag("slow")
class LoraFfnContractTest extends ExpertsContract {
  @Override
  protected Experts experts(int experts, int width, DataType type, long seed) {
    ExpertOptions options = ExpertOptions.of(experts, width, 6)
        .withBiases(true)
        .withActivation(Activation.GELU)
        .withDataType(type);
    return LoraExperts.of(
        FfnExperts.create(options, seed),
        LoraOptions.of(3, 2)
            .withTargets(LoraTarget.EXPERT_UP, LoraTarget.EXPERT_DOWN)
            .withRsLora(true)
            .withSeed(seed));
  }
}
