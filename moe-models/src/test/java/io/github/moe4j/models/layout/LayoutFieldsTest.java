package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ScaledOutput;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.models.internal.ConfigJson;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import io.github.moe4j.testkit.MemoryTensors;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Fields that few configs of a layout have. */
@ExtendWith(Seeds.class)
class LayoutFieldsTest {
  private static final String SIZES = "'num_hidden_layers': 2, 'num_layers': 2, 'hidden_size': 6,"
      + " 'intermediate_size': 10, 'moe_intermediate_size': 4, 'expert_ffn_hidden_size': 3,"
      + " 'num_experts': 4, 'num_local_experts': 4, 'n_routed_experts': 4";

  private static String config(String type, String fields) {
    return ("{'model_type': '" + type + "', " + SIZES + fields + "}").replace('\'', '"');
  }

  private static MoeLayer layer(String type, String fields) throws IOException {
    String config = config(type, fields);
    LayoutsTest.Entry entry = new LayoutsTest.Entry(MoeBlock.decoder(1), config, "");
    return MoeCheckpoints.of(config, LayoutsTest.tensors(entry))
        .layer(entry.block(), DataType.FLOAT);
  }

  private static Object rule(MoeLayer layer) {
    return ((GatedRouter) layer.router()).rule();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hunyuan_v1_moe | `` | 1",
        "hunyuan_v1_moe | `, 'moe_topk': 3` | 3",
        "hunyuan_v1_moe | `, 'num_experts_per_tok': 2` | 2",
        "hunyuan_v1_moe | `, 'moe_topk': [3, 3], 'num_experts_per_tok': 2` | 3"
      })
  void hunyuan_choices_underEitherName(String type, String fields, int k) throws IOException {
    assertEquals(k, ((TopK) rule(layer(type, fields))).k());
  }

  @Test
  void hunyuan_sharedExperts_areOneOfTheirWidth() throws IOException {
    MoeLayer layer = layer("hunyuan_v1_moe", ", 'num_shared_expert': [3, 3]");
    assertEquals(12, layer.parameters().get("shared.network.up.weight").size(1));
  }

  @Test
  void cohere2_scoresAndShare() throws IOException {
    TopKNormalization sum = TopKNormalization.sum();
    assertEquals(TopK.softmaxAfter(2), rule(layer("cohere2_moe", "")));
    assertEquals(
        new TopK(2, ScoreFunction.SIGMOID, sum, 1),
        rule(layer("cohere2_moe", ", 'expert_selection_fn': 'sigmoid'")));
    assertEquals(
        new TopK(2, ScoreFunction.SIGMOID, TopKNormalization.none(), 1),
        rule(layer("cohere2_moe", ", 'expert_selection_fn': 'sigmoid', 'norm_topk_prob': false")));
    assertEquals(0.5, share(""));
    assertEquals(0.5, share(", 'shared_expert_combination_strategy': 'average'"));
    assertEquals(1, share(", 'shared_expert_combination_strategy': 'sum'"));
  }

  private static double share(String fields) throws IOException {
    MoeLayer layer = layer("cohere2_moe", ", 'num_shared_experts': 1" + fields);
    return assertInstanceOf(ScaledOutput.class, layer.experts()).factor();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`, 'moe_topk': 3, 'num_experts_per_tok': 2` | 3",
        "`, 'num_experts_per_tok': 2` | 2",
        "`, 'zero_expert_num': 8` | 12"
      })
  void longcat_choices_underEitherName(String fields, int k) throws IOException {
    String text = layer("longcat_flash", fields).router().toString();
    assertEquals(Integer.toString(k), text.replaceAll("(?s).*?TopK\\[k=(\\d+),.*", "$1"));
  }

  @Test
  void deepSeekV4_tablesOfLayersByTypeOrNumber() {
    DeepSeekV4Layout layout = new DeepSeekV4Layout();
    for (String fields :
        new String[] {", 'num_hash_layers': 1", ", 'mlp_layer_types': ['hash_moe', 'moe']"}) {
      ModelConfig config = new ModelConfig(ConfigJson.parse(
          config("deepseek_v4", fields + ", 'num_experts_per_tok': 2, 'vocab_size': 7")));
      for (int layer = 0; layer < 2; layer++) {
        assertEquals(
            layer == 0,
            layout.forms(config, MoeBlock.decoder(layer)).get(0).stream()
                .flatMap(part -> part.places().stream())
                .anyMatch(place -> place.name().endsWith("tid2eid")),
            fields);
      }
    }
  }

  @Test
  void deepSeek_choices_withinTheGroupsKept() {
    String groups = ", 'n_group': 2, 'topk_group': 2, 'num_experts_per_tok': ";
    ModelConfig both = new ModelConfig(ConfigJson.parse(config("deepseek_v3", groups + "4")));
    Layout layout = Layouts.of(both, Set.of());
    layout.check(both);
    ModelConfig one = new ModelConfig(ConfigJson.parse(
        config("deepseek_v3", groups.replace("'topk_group': 2", "'topk_group': 1") + "3")));
    assertEquals(
        "config num_experts_per_tok must be at most the number of experts in topk_group groups, which is 2, but is 3",
        assertThrows(LayoutException.class, () -> layout.check(one)).getMessage());
  }

  @Test
  void export_ofAConfigThatIsNotSupported_isRefused() throws IOException {
    MoeLayer layer = layer("hunyuan_v1_moe", "");
    String config = config("hunyuan_v1_moe", ", 'moe_topk': 5");
    assertThrows(
        LayoutException.class,
        () -> MoeCheckpoints.export(
            layer, config, MoeBlock.decoder(1), new MemoryTensors(), TensorType.FLOAT32));
  }
}
