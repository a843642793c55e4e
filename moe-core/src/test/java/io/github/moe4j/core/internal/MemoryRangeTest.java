package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** {@link MemoryRange} and {@link ArrayBytes}. */
class MemoryRangeTest {
  @Test
  void of_arrayAndViews_fromTheFirstElementToTheLast() {
    INDArray array = Nd4j.create(DataType.DOUBLE, 5, 4);
    long start = HostMemory.of(array).address();
    assertEquals(new MemoryRange(start, start + 160), MemoryRange.of(array));
    assertEquals(new MemoryRange(start, start + 160), MemoryRange.of(array.transpose()));
    INDArray rows = array.get(NDArrayIndex.interval(2, 4));
    assertEquals(new MemoryRange(start + 64, start + 128), MemoryRange.of(rows));
    INDArray inner = array.get(NDArrayIndex.interval(1, 4), NDArrayIndex.interval(1, 3));
    assertEquals(new MemoryRange(start + 40, start + 120), MemoryRange.of(inner));
  }

  @Test
  void of_empty_nothing() {
    MemoryRange empty = MemoryRange.of(Nd4j.create(DataType.FLOAT, 0, 3));
    assertEquals(new MemoryRange(0, 0), empty);
    assertFalse(empty.overlaps(empty));
  }

  @Test
  void overlaps_byOneByteOrMore_eitherWay() {
    MemoryRange range = new MemoryRange(100, 110);
    for (MemoryRange other : new MemoryRange[] {
      new MemoryRange(90, 101), new MemoryRange(109, 120), new MemoryRange(103, 104), range
    }) {
      assertTrue(range.overlaps(other));
      assertTrue(other.overlaps(range));
    }
    for (MemoryRange other :
        new MemoryRange[] {new MemoryRange(90, 100), new MemoryRange(110, 120)}) {
      assertFalse(range.overlaps(other));
      assertFalse(other.overlaps(range));
    }
  }

  @Test
  void bytes_someElements_theirMemoryInNativeOrder() {
    INDArray array = Nd4j.create(new float[] {1, 2, 3, 4, 5, 6}, new long[] {3, 2}, DataType.FLOAT);
    ByteBuffer bytes = ArrayBytes.of(array, 2, 3);
    assertEquals(ByteOrder.nativeOrder(), bytes.order());
    assertEquals(12, bytes.remaining());
    bytes.putFloat(-3);
    assertEquals(4, bytes.getFloat());
    assertEquals(-3, array.getFloat(1, 0));
    assertEquals(0, ArrayBytes.of(array, 6, 0).remaining());
    assertEquals(0, ArrayBytes.of(Nd4j.create(DataType.FLOAT, 0, 2), 0, 0).remaining());
    assertThrows(IndexOutOfBoundsException.class, () -> ArrayBytes.of(array, 4, 3));
  }

  @Test
  void bytes_twoGigabytes_refused() {
    INDArray floats = ClaimedArrays.create(DataType.FLOAT, 1L << 30);
    assertEquals(
        "bytes of one buffer must be below 2^31 but were 2147483648",
        assertThrows(IllegalArgumentException.class, () -> ArrayBytes.of(floats, 5, 1 << 29))
            .getMessage());
    INDArray bytes = ClaimedArrays.create(DataType.INT8, 1L << 32);
    assertEquals(
        Integer.MAX_VALUE, ArrayBytes.of(bytes, 1L << 31, Integer.MAX_VALUE).remaining());
  }
}
