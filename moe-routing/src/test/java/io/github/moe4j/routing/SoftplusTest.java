package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(Seeds.class)
class SoftplusTest {
  @Test
  void of_extremes_withoutOverflow() {
    assertEquals(Math.log(2), Softplus.of(0), 1e-15);
    assertEquals(1e300, Softplus.of(1e300));
    assertEquals(0, Softplus.of(-1e300));
    assertEquals(StrictMath.exp(-40), Softplus.of(-40), 1e-32);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 511, 512, 513, 2000})
  void of_range_sameBitsAsOneByOne(int length) {
    double[] values = RandomArrays.normal(Seeds.random(length), length + 5);
    for (int i = 0; i < values.length; i += 3) {
      values[i] *= i % 2 == 0 ? 100 : -1e5;
    }
    values[length / 2] = -0.0;
    values[(length + 4) / 2] = Double.NaN;
    double[] expected = values.clone();
    Arrays.setAll(expected, i -> i < 3 || i >= length + 3 ? values[i] : Softplus.of(values[i]));
    Softplus.of(values, 3, length + 3);
    assertArrayEquals(expected, values);
  }
}
