package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FiniteValuesTest {
  private static final int MOST = 9;

  @Test
  void all_numbersFromZeroToTheLargest_areFinite() {
    double[] values = {
      0, -0.0, 1, -1, Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE, 0, Math.PI
    };
    float[] singles = {
      0, -0f, 1, -1, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, 0, (float) Math.PI
    };
    for (int size = 0; size <= MOST; size++) {
      assertTrue(FiniteValues.all(values, size));
      assertTrue(FiniteValues.all(singles, size));
      assertTrue(FiniteValues.all(new double[size], size));
      assertTrue(FiniteValues.all(new float[size], size));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void all_oneThatIsNoNumber_isFoundAtEachPlaceBelowTheSizeAndNotAfterIt(double bad) {
    for (int place = 0; place < MOST; place++) {
      double[] values = new double[MOST];
      Arrays.fill(values, 2);
      values[place] = bad;
      float[] singles = new float[MOST];
      Arrays.fill(singles, 2);
      singles[place] = (float) bad;
      for (int size = 0; size <= MOST; size++) {
        String what = place + " of " + size;
        assertEquals(place >= size, FiniteValues.all(values, size), what);
        assertEquals(place >= size, FiniteValues.all(singles, size), what);
      }
    }
  }
}
