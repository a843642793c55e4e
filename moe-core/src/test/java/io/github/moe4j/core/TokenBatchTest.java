package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class TokenBatchTest {
  private final INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 6, 4);

  @Test
  void of_tokens_evaluationWithoutPadding() {
    TokenBatch input = TokenBatch.evaluation(x);
    assertSame(x, input.x());
    assertEquals(6, input.tokens());
    assertEquals(4, input.width());
    assertEquals(6, input.sequenceLength());
    assertEquals(DataType.DOUBLE, input.dataType());
    assertTrue(input.mask().allValid());
    assertFalse(input.isTraining());
  }

  @Test
  void with_everything_originalUnchanged() {
    TokenBatch plain = TokenBatch.evaluation(x);
    TokenMask mask = TokenMask.of(true, true, false, true, true, false);
    SplittableRandom random = new SplittableRandom(1);
    TokenBatch full = plain
        .withMask(mask)
        .withSequenceLength(3)
        .withTokenIds(5, 4, 3, 2, 1, 0)
        .withMode(PassMode.training(random));
    assertSame(mask, full.mask());
    assertEquals(3, full.sequenceLength());
    assertArrayEquals(new int[] {5, 4, 3, 2, 1, 0}, full.requireTokenIds("test"));
    assertSame(random, full.requireGenerator("test"));
    assertTrue(full.isTraining());
    assertTrue(plain.mask().allValid());
    assertEquals(6, plain.sequenceLength());
    assertFalse(plain.isTraining());
  }

  @Test
  void withX_otherWidth_keepsTheRest() {
    TokenMask mask = TokenMask.of(true, true, false, true, true, false);
    TokenBatch input = TokenBatch.training(x).withMask(mask).withSequenceLength(2);
    TokenBatch other = input.withX(Nd4j.zeros(DataType.DOUBLE, 6, 9));
    assertEquals(9, other.width());
    assertSame(mask, other.mask());
    assertEquals(2, other.sequenceLength());
    assertTrue(other.isTraining());
  }

  @Test
  void of_viewsAndFOrder_contiguousCopyOfSameNumbers() {
    INDArray fOrder = x.dup('f');
    INDArray transposed = x.transpose().dup('c').transpose();
    INDArray wide = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), 6, 9);
    INDArray columns = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(3, 7));
    columns.assign(x);
    for (INDArray view : new INDArray[] {fOrder, transposed, columns}) {
      INDArray seen = TokenBatch.evaluation(view).x();
      assertNotSame(view, seen);
      assertEquals('c', seen.ordering());
      assertArrayEquals(new long[] {4, 1}, seen.stride());
      assertSameBits("x", x, seen);
    }
  }

  @Test
  void of_rowsOfLargerArray_notCopied() {
    INDArray tall = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), 9, 4);
    INDArray rows = tall.get(NDArrayIndex.interval(2, 8), NDArrayIndex.all());
    assertSame(rows, TokenBatch.evaluation(rows).x());
  }

  @Test
  void tokenIds_changedAfterwards_notSeen() {
    int[] ids = {1, 2, 3, 4, 5, 6};
    TokenBatch input = TokenBatch.evaluation(x).withTokenIds(ids);
    ids[0] = 99;
    input.requireTokenIds("test")[1] = 99;
    assertArrayEquals(new int[] {1, 2, 3, 4, 5, 6}, input.requireTokenIds("test"));
  }

  @Test
  void of_noTokens_allowed() {
    TokenBatch input =
        TokenBatch.evaluation(Nd4j.create(DataType.FLOAT, 0, 4)).withSequenceLength(5);
    assertEquals(0, input.tokens());
    assertEquals(4, input.width());
  }

  @Test
  void of_wrongArguments_messageNamesRuleAndValue() {
    assertMessage(
        "x must be [*, *] but was [2, 3, 4]", () -> TokenBatch.evaluation(Nd4j.zeros(2, 3, 4)));
    assertMessage(
        "x must be FLOAT or DOUBLE but was INT",
        () -> TokenBatch.evaluation(Nd4j.zeros(DataType.INT32, 2, 3)));
    assertMessage(
        "x must have a width of at least 1 but was [2, 0]",
        () -> TokenBatch.evaluation(Nd4j.create(DataType.FLOAT, 2, 0)));
    TokenBatch input = TokenBatch.evaluation(x);
    assertMessage(
        "mask must have one flag per token: 2 != 6", () -> input.withMask(TokenMask.none(2)));
    assertMessage("sequenceLength must divide T = 6 but was 4", () -> input.withSequenceLength(4));
    assertMessage("sequenceLength must divide T = 6 but was 0", () -> input.withSequenceLength(0));
    assertMessage("tokenIds must have length T: 2 != 6", () -> input.withTokenIds(1, 2));
    assertMessage(
        "x must be [6, *] but was [5, 4]", () -> input.withX(Nd4j.zeros(DataType.DOUBLE, 5, 4)));
    assertMessage(
        "x must be FLOAT or DOUBLE but was LONG",
        () -> input.withX(Nd4j.zeros(DataType.INT64, 6, 4)));
  }

  @Test
  void require_absent_namesUser() {
    TokenBatch input = TokenBatch.training(x);
    assertMessage(
        "hash routes by token id but there are no ids: use TokenBatch.withTokenIds",
        () -> input.requireTokenIds("hash"));
    assertMessage(
        "jitter draws random numbers but there is no generator: use TokenBatch.training(x, generator)",
        () -> input.requireGenerator("jitter"));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
