package io.github.moe4j.core.internal.experts;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.kernel.LoadedKernels;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HiddenSpansTest {
  private static final int AT = 3;

  private final SplittableRandom random = Seeds.random(1);

  @BeforeEach
  void requireModule() {
    LoadedKernels.requireModule();
  }

  private double[] numbers(int length) {
    return random.ints(length, -9, 10).asDoubleStream().toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1", "3, 256", "8, 256", // as many whole segments as are taken at a time
    "17, 256", "67, 256", "17, 255", "9, 5"
  })
  void values_rowsASegmentApart_ofTheseColumnsOnceEach(int rows, int columns) {
    Squares function = new Squares();
    ElementKernel<double[]> element = ElementKernel.doubles(LoadedKernels.load());
    List<double[]> projected = List.of(numbers(rows * SEGMENT), numbers(rows * SEGMENT));
    double[] hidden = numbers(AT + rows * SEGMENT);
    double[] expected = hidden.clone();
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        int i = r * SEGMENT + c;
        expected[AT + i] =
            Squares.value(new double[] {projected.get(0)[i], projected.get(1)[i]});
      }
    }
    List<double[]> before = projected.stream().map(double[]::clone).toList();
    element.rooms().with(room -> {
      BlockProducts<double[]> products = new BlockProducts<>(element, room, rows);
      HiddenSpans.doubles(function).values(products, projected, columns, hidden, AT);
    });
    assertArrayEquals(expected, hidden);
    for (int p = 0; p < before.size(); p++) {
      assertArrayEquals(before.get(p), projected.get(p), "not modified");
    }
    assertEquals(rows * columns, function.lengths.stream().mapToInt(n -> n).sum());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "9, 256", "9, 255"})
  void values_float32_theSame(int rows, int columns) {
    ElementKernel<float[]> element = ElementKernel.floats(LoadedKernels.load());
    float[] projected = new float[rows * SEGMENT];
    float[] expected = new float[rows * SEGMENT];
    Arrays.fill(expected, -1);
    for (int i = 0; i < projected.length; i++) {
      projected[i] = random.nextInt(-9, 10);
      if (i % SEGMENT < columns) {
        expected[i] = projected[i] * projected[i];
      }
    }
    float[] hidden = new float[rows * SEGMENT];
    Arrays.fill(hidden, -1);
    element.rooms().with(room -> {
      BlockProducts<float[]> products = new BlockProducts<>(element, room, rows);
      HiddenSpans.floats(new Squares()).values(products, List.of(projected), columns, hidden, 0);
    });
    assertArrayEquals(expected, hidden);
  }
}
