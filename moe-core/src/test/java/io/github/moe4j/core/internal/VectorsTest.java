package io.github.moe4j.core.internal;

import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.moe4j.testkit.RandomArrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link Vectors} and {@link RowVector}. */
class VectorsTest {
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void readWriteAdd_bothTypes_theNumbers(DataType type) {
    INDArray vector = RandomArrays.of(type, new double[] {1, 2, 4}, 3);
    assertArrayEquals(new double[] {1, 2, 4}, Vectors.read(vector));
    double[] added = {0.5, -2, 8};
    Vectors.add(vector, added);
    assertArrayEquals(new double[] {1.5, 0, 12}, values(vector));
    assertArrayEquals(new double[] {0.5, -2, 8}, added);
    Vectors.write(vector, added);
    assertArrayEquals(new double[] {0.5, -2, 8}, values(vector));
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void like_rowsOfAType_zerosOfTheSame(DataType type) {
    Rows rows = Rows.of(RandomArrays.of(type, new double[] {1, 2, 3, 4}, 2, 2));
    RowVector sum = RowVector.like(rows);
    sum.write(rows, 0);
    RowVector row = RowVector.like(rows);
    row.read(rows, 1);
    sum.addScaled(2, row);
    sum.write(rows, 1);
    double[] read = new double[2];
    rows.read(0, read);
    assertArrayEquals(new double[] {0, 0}, read);
    rows.read(1, read);
    assertArrayEquals(new double[] {6, 8}, read);
  }
}
