package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.MemoryTensors;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** Names and types of tensors when a block of a new model is written. */
class ExportFormTest {
  private static MoeLayer.Builder layer(RoutingRule rule) {
    return MoeLayer.builder(
        GatedRouter.of(LinearGate.create(4, 6, DataType.FLOAT, 1), rule),
        GluExperts.create(ExpertOptions.of(4, 6, 8), 2));
  }

  private static MemoryTensors export(MoeLayer layer, String config) throws IOException {
    MemoryTensors tensors = new MemoryTensors();
    MoeCheckpoints.export(
        layer, config.replace('\'', '"'), MoeBlock.decoder(0), tensors, TensorType.BFLOAT16);
    return tensors;
  }

  @Test
  void export_bfloat16_keepsTheSelectionBiasInFloat32() throws IOException {
    double[] bias = {4.001f, 4.004f, 4.007f, 4.012f}; // all 4 in bfloat16
    MoeLayer layer = layer(
            new DeepSeekV3(TopK.sigmoid(2), ExpertBias.of(bias), ExpertGroups.none()))
        .build();
    MemoryTensors tensors = export(
        layer,
        "{'model_type': 'deepseek_v3', 'num_hidden_layers': 1, 'first_k_dense_replace': 0,"
            + " 'hidden_size': 6, 'moe_intermediate_size': 8, 'n_routed_experts': 4, 'n_group': 1,"
            + " 'num_experts_per_tok': 2}");
    String name = "model.layers.0.mlp.gate.e_score_correction_bias";
    assertEquals(TensorType.FLOAT32, tensors.type(name));
    assertEquals(TensorType.BFLOAT16, tensors.type("model.layers.0.mlp.gate.weight"));
    assertEquals(4.007f, tensors.read(name, DataType.FLOAT).getFloat(2));
  }

  @Test
  void export_llama4_isNamedAsModelsOfItsKindArePublished() throws IOException {
    MoeLayer layer = layer(TopK.sigmoid(1))
        .weightAt(WeightAt.INPUT)
        .sharedExpert(DenseFeedForward.of(GluExperts.create(ExpertOptions.of(1, 6, 8), 3)))
        .build();
    String sizes =
        "'num_hidden_layers': 1, 'hidden_size': 6, 'intermediate_size': 8, 'num_local_experts': 4";
    assertNamed("model.layers.0.", export(layer, "{'model_type': 'llama4_text', " + sizes + "}"));
    assertNamed(
        "language_model.model.layers.0.",
        export(layer, "{'model_type': 'llama4', 'text_config': {" + sizes + "}}"));
  }

  private static void assertNamed(String begin, MemoryTensors tensors) {
    assertTrue(
        tensors.names().stream().allMatch(name -> name.startsWith(begin)),
        tensors.names().toString());
  }
}
