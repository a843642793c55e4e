package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Experts that stay as they are stored. */
@ExtendWith(Seeds.class)
class PackedBlockTest {
  private static final String MLP = "model.layers.0.mlp.";

  private static String config(int block) {
    return "{\"model_type\": \"qwen3_moe\", \"num_hidden_layers\": 1, \"hidden_size\": 136,"
        + " \"moe_intermediate_size\": 24, \"num_experts\": 3, \"num_experts_per_tok\": 2,"
        + " \"quantization_config\": {\"quant_method\": \"fp8\", \"weight_block_size\": ["
        + block + ", " + block + "]}}";
  }

  private static MemoryTensors fp8(int block) {
    MemoryTensors tensors = new MemoryTensors();
    SplittableRandom random = Seeds.random(1);
    tensors.put(
        MLP + "gate.weight",
        RandomArrays.of(DataType.FLOAT, RandomArrays.normal(random, 3 * 136), 3, 136),
        TensorType.FLOAT32);
    for (int e = 0; e < 3; e++) {
      put(tensors, e + ".gate_proj", 24, 136, block, random);
      put(tensors, e + ".up_proj", 24, 136, block, random);
      put(tensors, e + ".down_proj", 136, 24, block, random);
    }
    return tensors;
  }

  private static void put(
      MemoryTensors tensors, String name, int out, int in, int block, SplittableRandom random) {
    byte[] codes = new byte[out * in];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) ((random.nextInt(2) << 7) + random.nextInt(0x40));
    }
    String weight = MLP + "experts." + name + ".weight";
    tensors.putBytes(weight, new long[] {out, in}, TensorType.FLOAT8_E4M3, ByteBuffer.wrap(codes));
    int rows = (out + block - 1) / block;
    int columns = (in + block - 1) / block;
    double[] scales = random.doubles((long) rows * columns, 0.05, 0.2).toArray();
    tensors.put(
        weight + "_scale_inv",
        RandomArrays.of(DataType.FLOAT, scales, rows, columns),
        TensorType.FLOAT32);
  }

  private static void assertClose(MoeLayer expected, MoeLayer actual) {
    INDArray x =
        RandomArrays.of(DataType.FLOAT, RandomArrays.normal(Seeds.random(2), 5 * 136), 5, 136);
    try (MoePass pass = expected.forward(TokenBatch.evaluation(x));
        MoePass packed = actual.forward(TokenBatch.evaluation(x))) {
      double most = pass.y().amaxNumber().doubleValue();
      assertTrue(most > 0.1, "most " + most);
      assertEquals(0, pass.y().sub(packed.y()).amaxNumber().doubleValue(), 2e-6 * most);
    }
  }

  @Test
  void packed_fp8_hasTheWeightsOfTheFile() throws IOException {
    MoeCheckpoint checkpoint = MoeCheckpoints.of(config(128), fp8(128));
    MoeLayer layer = checkpoint.layer(0);
    MoeLayer packed = checkpoint.packed(MoeBlock.decoder(0));
    QuantizedExperts experts = assertInstanceOf(QuantizedExperts.class, packed.experts());
    assertEquals(WeightFormat.FP8_E4M3, experts.format());
    assertEquals(3, experts.experts());
    for (String name : new String[] {"gate", "up", "down"}) {
      assertEquals(layer.parameters().get("experts." + name + ".weight"), experts.weight(name));
    }
    assertClose(layer, packed);
    assertEquals("decoder layer 0", packed.name());
  }

  @Test
  void layer_fp8WithAnotherQuantization_namesIt() throws IOException {
    String other = config(128).replace("\"fp8\"", "\"compressed-tensors\"");
    try (MoeCheckpoint checkpoint = MoeCheckpoints.of(other, fp8(128))) {
      String message =
          assertThrows(LayoutException.class, () -> checkpoint.layer(0)).getMessage();
      assertTrue(message.contains("but has {quant_method=compressed-tensors, "), message);
    }
  }

  @Test
  void packed_fp8OfOtherBlocks_asksForAFormat() throws IOException {
    MoeCheckpoint checkpoint = MoeCheckpoints.of(config(64), fp8(64));
    String message = assertThrows(
            LayoutException.class, () -> checkpoint.packed(MoeBlock.decoder(0)))
        .getMessage();
    assertTrue(message.contains("has blocks of 64 by 64, but only multiples of 128"), message);
    assertClose(checkpoint.layer(0), checkpoint.packed(MoeBlock.decoder(0), WeightFormat.FLOAT32));
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16", "FLOAT32", "FLOAT16"})
  void packed_plain_staysInItsType(WeightFormat format) throws IOException {
    MemoryTensors tensors = SmallMixtral.tensors();
    MemoryTensors typed = new MemoryTensors();
    for (String name : tensors.names()) {
      typed.put(name, tensors.read(name, DataType.FLOAT), TensorType.valueOf(format.name()));
    }
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, typed);
    QuantizedExperts experts = assertInstanceOf(
        QuantizedExperts.class, checkpoint.packed(SmallMixtral.BLOCK).experts());
    assertEquals(format, experts.format());
  }

  /** Experts without a gate. */
  @Test
  void packed_switch_hasTheOutputsOfTheLayer() throws IOException {
    String config = """
        {"model_type": "switch_transformers", "num_layers": 2, "num_decoder_layers": 1,
         "num_sparse_encoder_layers": 1, "num_sparse_decoder_layers": 0, "encoder_sparse_step": 2,
         "decoder_sparse_step": 0, "d_model": 136, "d_ff": 5, "num_experts": 3,
         "router_jitter_noise": 0.0, "expert_capacity": 8}
        """;
    MoeBlock block = MoeBlock.encoder(1);
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(3, 136, DataType.FLOAT, 1), TopK.of(1)),
        FfnExperts.create(
            ExpertOptions.of(3, 136, 5).withActivation(Activation.RELU).withBiases(false), 2));
    RandomArrays.fill(layer.parameters(), Seeds.random(3), 0.5);
    MemoryTensors tensors = new MemoryTensors();
    MoeCheckpoints.export(layer, config, block, tensors, TensorType.FLOAT32);
    MoeCheckpoint checkpoint = MoeCheckpoints.of(config, tensors);
    MoeLayer packed = checkpoint.packed(block);
    assertEquals(3, packed.experts().experts());
    assertClose(checkpoint.layer(block, DataType.FLOAT), packed);
  }

  @Test
  void packed_differentTypes_asksForAFormat() throws IOException {
    MemoryTensors tensors = SmallMixtral.tensors();
    String name = SmallMixtral.EXPERTS + "1.w2.weight";
    INDArray weight = tensors.read(name, DataType.FLOAT);
    tensors.remove(name);
    tensors.put(name, weight, TensorType.BFLOAT16);
    MoeCheckpoint checkpoint = MoeCheckpoints.of(SmallMixtral.CONFIG, tensors);
    String message = assertThrows(
            LayoutException.class, () -> checkpoint.packed(SmallMixtral.BLOCK))
        .getMessage();
    assertTrue(message.endsWith("are [FLOAT32, BFLOAT16]: choose a format"), message);
    checkpoint.packed(SmallMixtral.BLOCK, WeightFormat.INT8);
  }
}
