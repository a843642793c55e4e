package io.github.moe4j.core.internal;

import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** {@link Allocate} and {@link MemoryCheck}. */
class AllocateTest {
  @Test
  void any_withinAWorkspace_arrayOutsideAndTheWorkspaceStaysOpen() {
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace("AllocateTest")) {
      assertFalse(Allocate.zeros(DataType.FLOAT, 2, 3).isAttached());
      assertFalse(Allocate.uninitialized(DataType.FLOAT, 2, 3).isAttached());
      INDArray inside = Nd4j.create(DataType.FLOAT, 2, 3);
      assertTrue(inside.isAttached());
      assertFalse(Allocate.copy(inside).isAttached());
      assertTrue(workspace.isScopeActive());
    }
  }

  @Test
  void uninitialized_memoryIsChecked_nan() {
    Nd4j.ones(DataType.DOUBLE, 50, 60).close(); // its memory may be used again
    double[] values = values(Allocate.uninitialized(DataType.DOUBLE, 50, 60));
    assertEquals(MemoryCheck.isOn(), Arrays.stream(values).allMatch(Double::isNaN));
  }

  @Test
  void poison_someRows_thoseAlone() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      INDArray array = Nd4j.ones(type, 4, 3);
      MemoryCheck.poison(array.get(NDArrayIndex.interval(1, 3)));
      double[] expected = new double[12];
      Arrays.fill(expected, 1);
      Arrays.fill(expected, 3, 9, Double.NaN);
      assertArrayEquals(expected, values(array));
    }
    MemoryCheck.poison(Nd4j.create(DataType.FLOAT, 0, 3));
  }

  @Test
  void ownerBefore_givenBack_ofThatArrayAlone() {
    INDArray array = Nd4j.ones(DataType.FLOAT, 2, 3);
    INDArray equal = Nd4j.ones(DataType.FLOAT, 2, 3);
    assertNull(MemoryCheck.ownerBefore(array));
    MemoryCheck.giveBack(array, "a pass");
    assertEquals(MemoryCheck.isOn() ? "a pass" : null, MemoryCheck.ownerBefore(array));
    assertNull(MemoryCheck.ownerBefore(equal));
    MemoryCheck.giveBack(array, "a later pass");
    assertEquals(MemoryCheck.isOn() ? "a later pass" : null, MemoryCheck.ownerBefore(array));
  }

  @Test
  void isOn_asTheProperty() {
    assertEquals(Boolean.getBoolean("moe4j.checkMemory"), MemoryCheck.isOn());
  }
}
