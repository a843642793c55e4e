package io.github.moe4j.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class CaseTensorTest {
  private final CaseTensor cube = new CaseTensor(
      "cube", CaseTensor.Type.FLOAT64, new long[] {2, 1, 3}, new double[] {0, 1, 2, 0.1, 4, 5});

  @Test
  void rows_ofACube_areAllAxesButTheLast() {
    INDArray rows = cube.rows();
    assertArrayEquals(new long[] {2, 3}, rows.shape());
    assertEquals(DataType.DOUBLE, rows.dataType());
    assertEquals(0.1, rows.getDouble(1, 0));
  }

  @Test
  void array_changed_leavesTheCaseAlone() {
    cube.array().assign(7);
    cube.values()[0] = 7;
    cube.shape()[0] = 7;
    assertEquals(0, cube.get(0));
    assertEquals(2, cube.size(0));
  }

  @Test
  void at_flatPlace_givesTheIndex() {
    assertEquals("cube[1, 0, 2]", cube.at(5));
    CaseTensor scalar = new CaseTensor("s", CaseTensor.Type.FLOAT64, new long[0], new double[] {1});
    assertEquals("s", scalar.at(0));
    assertEquals(1, scalar.array().getDouble(0));
  }

  @Test
  void array_empty_keepsItsShape() {
    CaseTensor empty =
        new CaseTensor("e", CaseTensor.Type.FLOAT64, new long[] {0, 3}, new double[0]);
    assertArrayEquals(new long[] {0, 3}, empty.array().shape());
  }

  @Test
  void requireShape_other_saysBoth() {
    assertEquals(cube, cube.requireShape(-1, 1, 3));
    Exception e = assertThrows(DamagedCaseException.class, () -> cube.requireShape(-1, 3));
    assertEquals("cube must be [*, 3] but is [2, 1, 3]", e.getMessage());
  }

  @Test
  void ints_ofFloats_areRefused() {
    assertThrows(DamagedCaseException.class, cube::ints);
    assertThrows(DamagedCaseException.class, cube::longs);
    assertThrows(DamagedCaseException.class, cube::flags);
  }
}
