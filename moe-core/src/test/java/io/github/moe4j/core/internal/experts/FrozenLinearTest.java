package io.github.moe4j.core.internal.experts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FrozenLinearTest {
  /** {@code up} of two experts from 3 to 2 with biases, and {@code down} from 2 to 3 without. */
  private static List<FrozenLinear> linears() {
    NamedArrays parameters = NamedArrays.builder()
        .add("up.weight", numbers(1, 2, 2, 3))
        .add("up.bias", numbers(101, 2, 2))
        .add("down.weight", numbers(201, 2, 3, 2))
        .build();
    HiddenLayer layer = new HiddenLayer() {
      @Override
      public NamedArrays parameters() {
        return parameters;
      }

      @Override
      public HiddenFunction hiddenFunction() {
        return new Squares();
      }

      @Override
      public double hiddenDropout() {
        return 0;
      }
    };
    return layer.linears();
  }

  /** Numbers that follow each other. */
  private static INDArray numbers(int first, long... shape) {
    long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    double[] values = new double[(int) length];
    Arrays.setAll(values, i -> first + i);
    return RandomArrays.of(DataType.DOUBLE, values, shape);
  }

  private static double[] read(Matrix matrix) {
    double[] values = new double[matrix.rows() * matrix.columns()];
    for (int r = 0; r < matrix.rows(); r++) {
      matrix.doubles().read(r, 0, matrix.columns(), values, r * matrix.columns());
    }
    return values;
  }

  @Test
  void linears_parametersOfALayer_namesSizesAndBiases() {
    List<FrozenLinear> linears = linears();
    assertEquals(List.of("up", "down"), linears.stream().map(FrozenLinear::name).toList());
    FrozenLinear up = linears.get(0);
    assertEquals(2, up.experts());
    assertEquals(2, up.out());
    assertEquals(3, up.in());
    assertArrayEquals(new double[] {101, 102}, up.bias(0));
    assertArrayEquals(new double[] {103, 104}, up.bias(1));
    FrozenLinear down = linears.get(1);
    assertEquals(2, down.experts());
    assertEquals(3, down.out());
    assertEquals(2, down.in());
    assertNull(down.bias(1));
  }

  @Test
  void weight_inMemory_noCopy() {
    INDArray room = Nd4j.zeros(DataType.DOUBLE, 2, 3);
    FrozenLinear up = linears().get(0);
    assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, read(up.weight(0, room)));
    assertArrayEquals(new double[] {7, 8, 9, 10, 11, 12}, read(up.weight(1, room)));
    Near.assertAllZero("room", Near.values(room));
  }

  @Test
  void copy_toTheMiddleOfRows_theseAlone() {
    FrozenLinear up = linears().get(0);
    INDArray first = Nd4j.zeros(DataType.DOUBLE, 4, 3);
    up.copy(0, Rows.of(first), 1);
    assertArrayEquals(new double[] {0, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0, 0}, Near.values(first));
    INDArray second = Nd4j.zeros(DataType.DOUBLE, 4, 3);
    up.copy(1, Rows.of(second), 2);
    assertArrayEquals(new double[] {0, 0, 0, 0, 0, 0, 7, 8, 9, 10, 11, 12}, Near.values(second));
  }

  @Test
  void weight_notInMemory_copiedToTheRoom() {
    FrozenLinear inMemory = linears().get(0);
    FrozenLinear other = new FrozenLinear() {
      @Override
      public String name() {
        return "other";
      }

      @Override
      public int experts() {
        return inMemory.experts();
      }

      @Override
      public int out() {
        return inMemory.out();
      }

      @Override
      public int in() {
        return inMemory.in();
      }

      @Override
      public void copy(int expert, Rows target, long first) {
        inMemory.copy(expert, target, first);
      }

      @Override
      public double @Nullable [] bias(int expert) {
        return null;
      }
    };
    INDArray room = Nd4j.zeros(DataType.DOUBLE, 2, 3);
    assertArrayEquals(new double[] {7, 8, 9, 10, 11, 12}, read(other.weight(1, room)));
    assertArrayEquals(new double[] {7, 8, 9, 10, 11, 12}, Near.values(room));
  }
}
