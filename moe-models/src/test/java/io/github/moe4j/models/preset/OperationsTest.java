package io.github.moe4j.models.preset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class OperationsTest {
  private static final Architecture TINY = Architecture.decoder(
      11,
      8,
      Stack.decoder(2, 1),
      GroupedAttention.of(4, 2, 3),
      FeedForwardShape.swiGlu(13),
      Sparse.of(6, 2, FeedForwardShape.swiGlu(5)));

  @Test
  void parts_tinyDecoder_byHand() {
    Operations operations = Operations.of(TINY, 0);
    assertEquals(0, operations.count(ParameterGroup.EMBEDDING));
    assertEquals(2 * 11 * 8, operations.count(ParameterGroup.OUTPUT));
    // queries and output 8·12 each, keys and values 8·6 each, in 2 layers
    assertEquals(2 * 2 * (2 * 96 + 2 * 48), operations.count(ParameterGroup.ATTENTION));
    assertEquals(2 * 3 * 8 * 13, operations.count(ParameterGroup.DENSE_FFN));
    assertEquals(2 * 6 * 8, operations.count(ParameterGroup.ROUTER));
    assertEquals(2 * 2 * 3 * 8 * 5, operations.count(ParameterGroup.ROUTED_EXPERTS));
    assertEquals(0, operations.count(ParameterGroup.NORMS));
  }

  @Test
  void context_addsScores() {
    // 2 layers, 4 heads of 3, 10 tokens, scores and sum
    long scores = 2L * 2 * 4 * 3 * 10 * 2;
    assertEquals(
        Operations.of(TINY, 0).total() + scores, Operations.of(TINY, 10).total());
  }

  @Test
  void context_window_limitsEveryOtherLayer() {
    GroupedAttention attention = new GroupedAttention(4, 2, 3, false, false, QkNorm.NONE, false, 5);
    assertEquals(2 * 4 * 3 * 5, attention.scoreProducts(10, 0));
    assertEquals(2 * 4 * 3 * 10, attention.scoreProducts(10, 1));
    assertEquals(2 * 4 * 3 * 2, attention.scoreProducts(2, 0));
  }

  @Test
  void output_tied_isComputedThoughNotStored() {
    Preset model = Preset.named("switch-base-8");
    assertEquals(0, model.total().count(ParameterGroup.OUTPUT));
    assertEquals(2L * 32128 * 768, model.operations(0).count(ParameterGroup.OUTPUT));
  }

  @Test
  void context_negative_throws() {
    assertThrows(IllegalArgumentException.class, () -> Operations.of(TINY, -1));
  }

  @Test
  void bytes_byType() {
    assertEquals(40, WeightType.FLOAT32.bytes(10));
    assertEquals(20, WeightType.BFLOAT16.bytes(10));
    assertEquals(10, WeightType.INT8.bytes(10));
  }
}
