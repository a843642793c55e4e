package io.github.moe4j.core.transformer;

import static io.github.moe4j.core.transformer.LayerChecks.CLOSED;
import static io.github.moe4j.core.transformer.LayerChecks.assertRefused;
import static io.github.moe4j.core.transformer.LayerChecks.closed;
import static io.github.moe4j.core.transformer.LayerChecks.zeros;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenMask;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class EmbeddingTest {
  private static Embedding embedding() {
    return Embedding.create(3, 2, DataType.DOUBLE, Initializer.normal(1), new SplittableRandom(5));
  }

  @Test
  void forward_withoutTokens_isEmpty() {
    Embedding embedding = embedding();
    Gradients into = embedding.parameters().zeroGradients();
    try (Arena.Scope scope = new Arena().open()) {
      Embedding.Pass pass = embedding.forward(new int[0], TokenMask.none(0), scope);
      assertArrayEquals(new long[] {0, 2}, pass.y().shape());
      pass.backward(zeros(0, 2), into);
      assertEquals(0, into.globalNorm());
    }
  }

  @Test
  void forward_whatDoesNotFit_isRefused() {
    Embedding embedding = embedding();
    int[] ids = {1};
    try (Arena.Scope scope = new Arena().open()) {
      assertRefused(
          "ids must be of T = 2 tokens but were of 1",
          () -> embedding.forward(ids, TokenMask.none(2), scope));
      embedding.parameters().get("weight").close();
      assertRefused(
          "parameter weight of an embedding" + CLOSED,
          () -> embedding.forward(ids, TokenMask.none(1), scope));
    }
  }

  @Test
  void backward_whatDoesNotFit_isRefused() {
    Embedding embedding = embedding();
    Gradients into = embedding.parameters().zeroGradients();
    try (Arena.Scope scope = new Arena().open()) {
      Embedding.Pass pass = embedding.forward(new int[] {1}, TokenMask.none(1), scope);
      assertRefused("dy of an embedding" + CLOSED, () -> pass.backward(closed(1, 2), into));
      assertRefused("dy must be [1, 2] but was [1, 3]", () -> pass.backward(zeros(1, 3), into));
      assertRefused(
          "dy must be DOUBLE but was FLOAT",
          () -> pass.backward(Nd4j.zeros(DataType.FLOAT, 1, 2), into));
      assertRefused(
          "an embedding: no gradient weight among []",
          () -> pass.backward(zeros(1, 2), Gradients.in(NamedArrays.none())));
    }
  }

  @Test
  void toString_ofEmbedding_hasSizesAndType() {
    assertEquals("embedding of 3 ids, width 2, DOUBLE", embedding().toString());
  }
}
