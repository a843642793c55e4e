package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.routing.ExpertTable;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.HashKey;
import io.github.moe4j.routing.HashRule;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.MemoryTensors;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Tables of experts for token ids. */
class TokenTableTest {
  private static final String CONFIG =
      "{'model_type': 'deepseek_v4', 'num_hidden_layers': 1, 'hidden_size': 6, 'vocab_size': 3,"
          + " 'moe_intermediate_size': 8, 'n_routed_experts': 4, 'num_experts_per_tok': 2}";

  private static String error(double... numbers) {
    LayerArrays arrays = new LayerArrays();
    arrays.put(TokenTable.NAME, Nd4j.createFromArray(numbers).reshape('c', 2, 2));
    return assertThrows(LayoutException.class, () -> TokenTable.in(arrays, 4)).getMessage();
  }

  @Test
  void in_tableThatIsNone_isAnErrorOfTheId() {
    assertEquals(
        "the table of token ids must have whole numbers but has 0.5 for id 1", error(0, 1, 0.5, 2));
    assertEquals(
        "the table of token ids: expert of id 1 must be in [0, 4) but was 4", error(0, 1, 2, 4));
  }

  @Test
  void export_hashLayer_writesTheTableAsWholeNumbers() throws IOException {
    ExpertTable table = ExpertTable.of(4, new int[] {0, 1}, new int[] {3, 2}, new int[] {1, 3});
    ClampedSwiGlu swiGlu = ClampedSwiGlu.deepSeekV4(10);
    MoeLayer layer = MoeLayer.builder(
            GatedRouter.of(
                LinearGate.create(4, 6, DataType.FLOAT, 1),
                HashRule.of(table, HashKey.TOKEN_ID, TopK.of(2))),
            GluExperts.create(swiGlu, ExpertOptions.of(4, 6, 8), 2))
        .sharedExpert(DenseFeedForward.of(GluExperts.create(swiGlu, ExpertOptions.of(1, 6, 8), 3)))
        .build();
    MemoryTensors tensors = new MemoryTensors();
    String config = CONFIG.replace('\'', '"');
    MoeCheckpoints.export(layer, config, MoeBlock.decoder(0), tensors, TensorType.BFLOAT16);
    String name = "layers.0.ffn.gate.tid2eid";
    assertEquals(TensorType.INT64, tensors.type(name));
    assertArrayEquals(
        new double[] {0, 1, 3, 2, 1, 3},
        tensors.read(name, DataType.DOUBLE).data().asDouble());
  }
}
