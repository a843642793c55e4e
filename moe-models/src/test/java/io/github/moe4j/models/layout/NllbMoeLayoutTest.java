package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.capacity.CapacityDemand;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.Renormalized;
import io.github.moe4j.models.internal.ConfigJson;
import io.github.moe4j.routing.GShard;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Rules of NLLB-MoE by the fields of a config. */
@ExtendWith(Seeds.class)
class NllbMoeLayoutTest {
  private static MoeLayer layer(String fields) throws IOException {
    String config = """
        {"d_model": 6, "encoder_ffn_dim": 8, "decoder_ffn_dim": 8, "encoder_layers": 4,
        "decoder_layers": 4, "decoder_sparse_step": 2, "num_experts": 3, "moe_token_dropout": 0,
        "model_type": "nllb-moe" %s}""".formatted(fields.replace('\'', '"'));
    LayoutsTest.Entry entry = new LayoutsTest.Entry(MoeBlock.decoder(1), config, "");
    return MoeCheckpoints.of(config, LayoutsTest.tensors(entry))
        .layer(entry.block(), DataType.FLOAT);
  }

  private static String error(String fields) {
    return assertThrows(LayoutException.class, () -> layer(fields)).getMessage();
  }

  private static GShard rule(MoeLayer layer) {
    return assertInstanceOf(
        GShard.class, assertInstanceOf(GatedRouter.class, layer.router()).rule());
  }

  private static LimitedCapacity limited(String fields) throws IOException {
    CapacityRule rule = layer(fields).capacity();
    return assertInstanceOf(
        LimitedCapacity.class, assertInstanceOf(Renormalized.class, rule).rule());
  }

  @ParameterizedTest
  @CsvSource({"all, ALL", "random, RANDOM", "sampling, SAMPLING"})
  void rule_policyOfTheSecondExpert(String policy, GShard.Second second) throws IOException {
    String field = ", 'second_expert_policy': '" + policy + "'";
    assertEquals(GShard.nllb(second), rule(layer(field)));
    GShard.Weights before = second == GShard.Second.RANDOM
        ? GShard.Weights.FIRST_NORMALIZED
        : GShard.Weights.NORMALIZED;
    MoeLayer layer = layer(field + ", 'normalize_router_prob_before_dropping': true");
    assertEquals(GShard.nllb(second).withWeights(before), rule(layer));
    assertInstanceOf(LimitedCapacity.class, layer.capacity());
  }

  @Test
  void check_whatIsNotSupported_isNamed() {
    assertEquals(
        "config second_expert_policy is best; supported: all, random, sampling",
        error(", 'second_expert_policy': 'best'"));
    assertEquals(
        "config router_ignore_padding_tokens is true; supported: false",
        error(", 'router_ignore_padding_tokens': true"));
  }

  @Test
  void check_oneExpert_isRefused() throws IOException {
    String config = "{\"model_type\": \"nllb-moe\", \"num_experts\": ";
    NllbMoeLayout layout = new NllbMoeLayout();
    assertEquals("nllb-moe", layout.name());
    assertEquals("NllbMoe", layout.architecture());
    layout.check(new ModelConfig(ConfigJson.parse(config + "2}")));
    ModelConfig one = new ModelConfig(ConfigJson.parse(config + "1}"));
    assertEquals(
        "config num_experts must be at least 2, since each token has two experts, but is 1",
        assertThrows(LayoutException.class, () -> layout.check(one)).getMessage());
  }

  @Test
  void capacity_order_byChoiceOrByPriority() throws IOException {
    assertEquals(DropOrder.choiceMajor(), limited("").order());
    assertEquals(
        DropOrder.batchPrioritized(),
        limited(", 'batch_prioritized_routing': true").order());
  }

  private static int room(String fields, int tokens, boolean training) throws IOException {
    CapacityFormula formula = limited(fields).formula();
    return formula.limit(new CapacityDemand(tokens, tokens, 2 * tokens, tokens, 3, training));
  }

  /** Training: the field, 64, or twice the mean load rounded up; evaluation: a fraction of the tokens. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | 64 | 9",
        "`, 'expert_capacity': 5` | 5 | 9",
        "`, 'expert_capacity': null` | 6 | 9",
        "`, 'moe_eval_capacity_token_fraction': 0.25` | 64 | 3",
        "`, 'moe_eval_capacity_token_fraction': 0` | 64 | 64",
        "`, 'moe_eval_capacity_token_fraction': -1` | 64 | 64"
      })
  void capacity_ofNineTokens(String fields, int training, int evaluation) throws IOException {
    assertEquals(training, room(fields, 9, true));
    assertEquals(evaluation, room(fields, 9, false));
  }
}
