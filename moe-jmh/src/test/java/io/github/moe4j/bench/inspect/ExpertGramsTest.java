package io.github.moe4j.bench.inspect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class ExpertGramsTest {
  /** Experts of a gate of two numbers, a down of one, and a bias that does not count. */
  private static NamedArrays expert(float gate0, float gate1, float down) {
    return NamedArrays.builder()
        .add("experts.gate.weight", Nd4j.createFromArray(gate0, gate1).reshape(1, 2, 1))
        .add("experts.gate.bias", Nd4j.createFromArray(100f).reshape(1, 1))
        .add("experts.down.weight", Nd4j.createFromArray(down).reshape(1, 1, 1))
        .build();
  }

  /** (3, 4, 12), (4, −3, 0), (6, 8, 24) and nothing. */
  private static NamedArrays four(int e) {
    return switch (e) {
      case 0 -> expert(3, 4, 12);
      case 1 -> expert(4, -3, 0);
      case 2 -> expert(6, 8, 24);
      default -> expert(0, 0, 0);
    };
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 48, 1_000_000})
  void of_fourExperts_isWorkedOutByHandInAnyMemory(long memory) throws IOException {
    ExpertGrams grams = ExpertGrams.of(4, memory, ExpertGramsTest::four);
    assertArrayEquals(new double[] {5, 5, 10, 0}, grams.norms().get("gate"), 1e-12);
    assertArrayEquals(new double[] {12, 0, 24, 0}, grams.norms().get("down"), 1e-12);
    assertEquals(0, grams.cosine(0, 1), 1e-12);
    assertEquals(1, grams.cosine(2, 0), 1e-12);
    assertEquals(0, grams.cosine(2, 3));
    Similarity similarity = Similarity.of(grams, 4);
    assertEquals(1.0 / 6, similarity.mean(), 1e-12); // one pair of six is parallel
    assertEquals(1, similarity.max(), 1e-12);
    assertEquals(0, similarity.first());
    assertEquals(2, similarity.second());
  }

  @Test
  void of_manyWeights_isTheSumOfAllProducts() throws IOException {
    SplittableRandom random = Seeds.random(1);
    float[][] w = new float[3][40_000];
    for (float[] row : w) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) (random.nextDouble() - 0.3);
      }
    }
    ExpertGrams grams = ExpertGrams.of(
        3,
        400_000,
        e -> NamedArrays.builder()
            .add("experts.up.weight", Nd4j.createFromArray(w[e]).reshape(1, 200, 200))
            .build());
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        double expected = dot(w[i], w[j]) / Math.sqrt(dot(w[i], w[i]) * dot(w[j], w[j]));
        assertEquals(expected, grams.cosine(i, j), 1e-5);
      }
    }
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
