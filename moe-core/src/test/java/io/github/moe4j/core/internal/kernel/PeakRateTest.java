package io.github.moe4j.core.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.vector.VectorPeakRate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That what is timed is done: results against plain loops. */
class PeakRateTest {
  private static PeakRate peak() {
    LoadedKernels.requireModule();
    return new VectorPeakRate();
  }

  @Test
  void vectorBits_ofTheKernel_itsVectors() {
    assertEquals(
        LoadedKernels.load().floats().narrowWidth() * Float.SIZE, peak().vectorBits());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 1000})
  void multiplyAdd_rounds_sumOfAllLanes(int rounds) {
    float lane = rounds / 4f;
    int lanes = peak().flopsPerRound() / 2;
    assertTrue(lanes >= 12 * peak().vectorBits() / Float.SIZE, "lanes " + lanes);
    assertEquals(lanes * (double) lane, peak().multiplyAdd(rounds), 1e-4 * lanes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 128, 129, 1000})
  void read_partOfAnArray_itsSum(int length) {
    float[] array = new float[length + 10];
    for (int i = 0; i < array.length; i++) {
      array[i] = i % 13;
    }
    float expected = 0; // whole numbers, exact in any order
    for (int i = 3; i < 3 + length; i++) {
      expected += array[i];
    }
    assertEquals(expected, peak().read(array, 3, length));
  }

  @Test
  void peakRate_kernelsChosen_isThere() {
    assertTrue(Kernels.chosen().isEmpty() || Kernels.peakRate().isPresent());
  }
}
