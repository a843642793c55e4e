package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.internal.ConfigJson;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which layers are sparse, and the sizes of what a config may say. */
class BlockRulesTest {
  private static ModelConfig config(String fields) {
    return new ModelConfig(ConfigJson.parse("{" + fields.replace('\'', '"') + "}"));
  }

  private static List<Integer> layers(List<MoeBlock> blocks) {
    return blocks.stream().map(MoeBlock::layer).toList();
  }

  @Test
  void block_layerFromZero_oneOfItsKind() {
    assertEquals(
        "layer must be at least 0 but was -1",
        assertThrows(IllegalArgumentException.class, () -> MoeBlock.decoder(-1)).getMessage());
    assertEquals(MoeBlock.decoder(0), MoeBlock.decoder(0));
    assertNotEquals(MoeBlock.decoder(0), MoeBlock.encoder(0));
    Set<Integer> codes = new HashSet<>();
    for (int layer = 0; layer < 50; layer++) {
      codes.add(MoeBlock.decoder(layer).hashCode());
      codes.add(MoeBlock.encoder(layer).hashCode());
    }
    assertEquals(100, codes.size());
    int apart = MoeBlock.Stack.ENCODER.hashCode() - MoeBlock.Stack.DECODER.hashCode();
    assertEquals(
        31 * apart + 2, MoeBlock.encoder(3).hashCode() - MoeBlock.decoder(1).hashCode());
  }

  @Test
  void layers_atMostTenThousand() {
    assertEquals(10_000, Blocks.decoder(10_000, layer -> true).size());
    assertEquals(
        "config must have at most 10000 layers but has 10001",
        assertThrows(LayoutException.class, () -> Blocks.decoder(10_001, layer -> false))
            .getMessage());
    assertEquals(10_000, new BlockSizes(10_000, 1, 1).experts());
    assertThrows(LayoutException.class, () -> new BlockSizes(10_001, 1, 1));
  }

  @Test
  void qwen_everySoManyButTheDense() {
    assertEquals(
        List.of(1, 5),
        layers(Blocks.qwen(
            config("'num_hidden_layers': 6, 'decoder_sparse_step': 2, 'mlp_only_layers': [3]"))));
  }

  @Test
  void llama4_everySoManyOrThoseListed() {
    Llama4Layout layout = new Llama4Layout();
    assertEquals("llama4", layout.name());
    assertEquals(
        List.of(1, 3),
        layers(layout.blocks(config("'num_hidden_layers': 4, 'interleave_moe_layer_step': 2"))));
    assertEquals(
        List.of(0, 3),
        layers(layout.blocks(config("'num_hidden_layers': 4, 'moe_layers': [0, 3]"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"1, 1 | 1", "2, 3 | 1", "0, 1 | 0", "1, 0 | 0", "1 | 0", "1, 1, 1 | 0"})
  void fp8Blocks_twoNumbersFromOne(String size, int fits) {
    QuantizationConfig quantization = new QuantizationConfig(config(
        "'quantization_config': {'quant_method': 'fp8', 'weight_block_size': [" + size + "]}"));
    if (fits == 1) {
      BlockScales blocks = quantization.blockScales();
      assertNotNull(blocks);
      assertEquals(size, blocks.rows() + ", " + blocks.columns());
    } else {
      assertThrows(LayoutException.class, quantization::blockScales);
    }
  }

  @Test
  void blockScales_thatTheTypeHolds_areThose() {
    for (TensorType type :
        new TensorType[] {TensorType.FLOAT32, TensorType.BFLOAT16, TensorType.FLOAT16}) {
      assertEquals(1.5, new BlockScales(2, 3, false).scale(1.5, type), type.toString());
    }
  }

  private static void outline(String name, long... shape) {
    new OutlineArrays(List.of(Place.of(name, shape)), 1, 1);
  }

  @Test
  void outline_arraysOfSomeSize() {
    outline("router.weight", 1 << 16, 1);
    assertEquals(
        "router.weight must have at most 33554432 numbers, 65536 on an axis, to be outlined but its shape is [65537, 1]",
        assertThrows(LayoutException.class, () -> outline("router.weight", (1 << 16) + 1, 1))
            .getMessage());
    assertThrows(LayoutException.class, () -> outline("router.weight", 1 << 16, 513));
    assertThrows(LayoutException.class, () -> outline(TokenTable.NAME, 1 << 25, 2));
    outline("shared.network.down.bias", 1, 8);
    outline("shared.network.up.weight", 1, 1 << 20, 8);
    outline("shared.network.down.weight", 1, 8, 1 << 20);
  }
}
