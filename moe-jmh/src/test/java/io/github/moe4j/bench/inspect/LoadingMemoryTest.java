package io.github.moe4j.bench.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.models.layout.BlockOutline;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoints;
import io.github.moe4j.testkit.MemoryTensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadingMemoryTest {
  private static final String CONFIG = """
      {"model_type": "mixtral", "num_hidden_layers": 2, "hidden_size": 256,
       "intermediate_size": 128, "num_local_experts": 2, "num_experts_per_tok": 1}
      """;

  private static Map<String, Long> memory(String type, boolean fp8Stays) {
    BlockOutline block =
        MoeCheckpoints.of(CONFIG, new MemoryTensors()).outline(MoeBlock.decoder(0));
    return LoadingMemory.of(List.of(block), List.of(type), fp8Stays);
  }

  @ParameterizedTest
  @CsvSource({"bfloat16,BFLOAT16", "fp8,FP8_E4M3", "mxfp4,MXFP4"})
  void of_format_isWhatPackedExpertsTake(String way, WeightFormat format) {
    GluExperts experts = GluExperts.create(ExpertOptions.of(2, 256, 128), 1);
    long router = 2 * 256 * Float.BYTES;
    long expected = QuantizedExperts.of(experts, format).bytes() + router;
    assertEquals(expected, memory("BF16", true).get(way), 0.01 * expected);
  }

  @Test
  void of_typeThatCanStay_isThatOfTheFiles() {
    assertEquals(memory("F32", true).get("float32"), memory("F32", true).get("asStored"));
    assertEquals(memory("BF16", true).get("bfloat16"), memory("BF16", true).get("asStored"));
    assertEquals(memory("F16", true).get("bfloat16"), memory("F16", true).get("asStored"));
    assertEquals(memory("MXFP4", true).get("mxfp4"), memory("MXFP4", true).get("asStored"));
    assertEquals(memory("F8_E4M3", true).get("fp8"), memory("F8_E4M3", true).get("asStored"));
    assertFalse(memory("F8_E4M3", false).containsKey("asStored"));
    assertFalse(memory("mixed", true).containsKey("asStored"));
  }
}
