package io.github.moe4j.core.internal;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link Elementwise} and {@link RowVector}. */
@ExtendWith(Seeds.class)
class ElementwiseTest {
  private static final List<DataType> TYPES = List.of(DataType.FLOAT, DataType.DOUBLE);

  @ParameterizedTest
  @CsvSource({"1,1,0,1", "5,3,2,2", "40,257,3,39", "3,5000,0,3", "2000,7,1,1999", "6,1000,1,6"})
  void apply_someRows_thoseOnceAndNoOthers(int rows, int width, int from, int to) {
    for (DataType type : TYPES) {
      INDArray a = RandomArrays.normal(type, Seeds.random(1), rows, width);
      INDArray b = RandomArrays.normal(type, Seeds.random(2), rows, width);
      double[] expected = values(a);
      double[] added = values(b);
      for (int i = from * width; i < to * width; i++) {
        expected[i] += 2 * added[i];
      }
      Rows rowsOfA = Rows.of(a);
      new Elementwise()
          .apply(
              from,
              to,
              List.of(rowsOfA, Rows.of(b)),
              List.of(rowsOfA),
              (double[][] in, double[][] out) -> {
                for (int i = 0; i < out[0].length; i++) {
                  out[0][i] = in[0][i] + 2 * in[1][i];
                }
              },
              (float[][] in, float[][] out) -> {
                for (int i = 0; i < out[0].length; i++) {
                  out[0][i] = in[0][i] + 2 * in[1][i];
                }
              });
      assertNear("a", expected, values(a), 1e-6);
      assertSameBits("b", added, values(b));
    }
  }

  @Test
  void apply_sameObjectForOtherArrays_eachItsOwnRoom() {
    for (DataType type : TYPES) {
      Elementwise elementwise = new Elementwise();
      for (int width : new int[] {7, 1000, 7, 1000}) {
        INDArray a = RandomArrays.normal(type, Seeds.random(1), 5, width);
        INDArray b = RandomArrays.normal(type, Seeds.random(2), 5, width);
        double[] sum = values(a);
        double[] difference = values(a);
        double[] second = values(b);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += second[i];
          difference[i] -= second[i];
        }
        List<Rows> both = List.of(Rows.of(a), Rows.of(b));
        elementwise.apply(
            0,
            5,
            both,
            both,
            (double[][] in, double[][] out) -> {
              for (int i = 0; i < out[0].length; i++) {
                out[0][i] = in[0][i] + in[1][i];
                out[1][i] = in[0][i] - in[1][i];
              }
            },
            (float[][] in, float[][] out) -> {
              for (int i = 0; i < out[0].length; i++) {
                out[0][i] = in[0][i] + in[1][i];
                out[1][i] = in[0][i] - in[1][i];
              }
            });
        assertNear("sum", sum, values(a), 1e-6);
        assertNear("difference", difference, values(b), 1e-6);
        elementwise.apply(
            0,
            5,
            List.of(Rows.of(a)),
            List.of(Rows.of(b)),
            (double[][] in, double[][] out) -> {
              for (int i = 0; i < out[0].length; i++) {
                out[0][i] = in[0][out[0].length - 1 - i];
              }
            },
            (float[][] in, float[][] out) -> {
              for (int i = 0; i < out[0].length; i++) {
                out[0][i] = in[0][out[0].length - 1 - i];
              }
            });
        double total = Arrays.stream(sum).sum();
        assertEquals(total, Arrays.stream(values(b)).sum(), 1e-4 * width);
      }
    }
  }

  @Test
  void rowVector_sumsAndProducts_matchLoops() {
    for (DataType type : TYPES) {
      for (int width : new int[] {1, 2, 15, 16, 17, 31, 33, 257}) {
        INDArray a = RandomArrays.normal(type, Seeds.random(1), 2, width);
        Rows rows = Rows.of(a);
        double[] values = values(a);
        RowVector first = RowVector.like(rows);
        RowVector second = RowVector.like(rows);
        first.read(rows, 0);
        second.read(rows, 1);
        double dot = 0;
        double[] expected = values.clone();
        for (int i = 0; i < width; i++) {
          dot += values[i] * values[width + i];
          expected[width + i] = 0.5 * values[width + i] + 3 * values[i];
        }
        assertEquals(dot, first.dot(second), 1e-5 * width);
        second.scale(0.5);
        second.addScaled(3, first);
        second.write(rows, 1);
        assertNear("rows", expected, values(a), 1e-6);
      }
    }
  }

  /** Of float32 too, where products are float32. */
  @Test
  void rowVector_dotOfSixteen_sumsInFloat64() {
    for (DataType type : TYPES) {
      INDArray a = Nd4j.ones(type, 1, 16);
      a.putScalar(0, 8, 0x1p-30);
      RowVector row = RowVector.like(Rows.of(a));
      RowVector ones = RowVector.like(Rows.of(a));
      row.read(Rows.of(a), 0);
      ones.read(Rows.of(Nd4j.ones(type, 1, 16)), 0);
      assertEquals(15 + 0x1p-30, row.dot(ones));
    }
  }

  @Test
  void rowVector_clear_zeros() {
    for (DataType type : TYPES) {
      INDArray a = RandomArrays.normal(type, Seeds.random(1), 2, 5);
      double[] expected = values(a);
      Arrays.fill(expected, 5, 10, 0);
      Rows rows = Rows.of(a);
      RowVector row = RowVector.like(rows);
      row.read(rows, 0);
      row.clear();
      row.write(rows, 1);
      assertSameBits("rows", expected, values(a));
    }
  }

  @Test
  void rowVector_isFinite_falseForNanAndInfinityOfEitherSign() {
    for (DataType type : TYPES) {
      double most = type == DataType.FLOAT ? Float.MAX_VALUE : Double.MAX_VALUE;
      double[] special = {
        -most, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, most, 0, -0.0
      };
      for (double value : special) {
        INDArray a = RandomArrays.normal(type, Seeds.random(1), 1, 7);
        a.putScalar(0, 3, value);
        Rows rows = Rows.of(a);
        RowVector row = RowVector.like(rows);
        row.read(rows, 0);
        assertEquals(Double.isFinite(value), row.isFinite(), type + " " + value);
      }
    }
  }

  @Test
  void copy_row_sameBits() {
    for (DataType type : TYPES) {
      INDArray a = RandomArrays.normal(type, Seeds.random(1), 3, 5);
      INDArray b = RandomArrays.normal(type, Seeds.random(2), 4, 5);
      INDArray expected = b.dup();
      expected.putRow(3, a.getRow(1));
      Rows.of(a).copy(1, Rows.of(b), 3);
      assertSameBits("b", expected, b);
    }
  }
}
