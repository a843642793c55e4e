package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class ArenaTest {
  private final Arena arena = new Arena(false);

  private static long address(INDArray array) {
    return array.data().address();
  }

  @Test
  void take_afterClose_sameMemory() {
    Arena.Scope first = arena.open();
    long address = address(first.take(DataType.FLOAT, 5, 7));
    first.close();
    Arena.Scope second = arena.open();
    assertEquals(address, address(second.take(DataType.FLOAT, 7, 5)));
  }

  @Test
  void take_severalShapesOfOneSizeAgain_sameArrays() {
    INDArray[] before = new INDArray[3];
    for (int pass = 0; pass < 3; pass++) {
      Arena.Scope scope = arena.open();
      INDArray[] now = {
        scope.take(DataType.FLOAT, 4, 6),
        scope.take(DataType.FLOAT, 6, 4),
        scope.take(DataType.FLOAT, 24)
      };
      for (int i = 0; pass > 0 && i < now.length; i++) {
        assertSame(before[i], now[i]);
      }
      before = now;
      scope.close();
    }
  }

  @Test
  void take_otherScopeOpen_otherMemory() {
    Arena.Scope first = arena.open();
    long address = address(first.take(DataType.FLOAT, 5, 7));
    assertNotEquals(address, address(first.take(DataType.FLOAT, 5, 7)));
    assertNotEquals(address, address(arena.open().take(DataType.FLOAT, 5, 7)));
    first.close();
    assertNotEquals(address, address(arena.open().take(DataType.DOUBLE, 5, 7)));
  }

  @Test
  void take_shapes_contiguousInCOrder() {
    Arena.Scope scope = arena.open();
    for (long[] shape : new long[][] {{1}, {3, 5}, {2, 3, 4}, {1, 1}, {17, 1}, {1, 33}, {1000}}) {
      INDArray array = scope.take(DataType.DOUBLE, shape);
      assertArrayEquals(shape, array.shape());
      assertEquals('c', array.ordering());
      for (long i = 0; i < array.length(); i++) {
        array.putScalar(i, i);
      }
      for (long i = 0; i < array.length(); i++) {
        assertEquals(i, array.getDouble(i));
      }
    }
  }

  @Test
  void take_noElements_emptyOfThatShape() {
    INDArray array = arena.open().take(DataType.FLOAT, 0, 4);
    assertTrue(array.isEmpty());
    assertArrayEquals(new long[] {0, 4}, array.shape());
  }

  @Test
  void takeZeros_usedMemory_zero() {
    Arena.Scope first = arena.open();
    INDArray dirty = first.take(DataType.FLOAT, 40);
    dirty.assign(3);
    long address = address(dirty);
    first.close();
    INDArray zeros = arena.open().takeZeros(DataType.FLOAT, 40);
    assertEquals(address, address(zeros));
    assertEquals(0, zeros.maxNumber().doubleValue());
    assertEquals(0, arena.open().takeZeros(DataType.FLOAT, 0, 2).length());
  }

  @Test
  void take_closedScope_throws() {
    Arena.Scope scope = arena.open();
    scope.close();
    var error = assertThrows(IllegalStateException.class, () -> scope.take(DataType.FLOAT, 2));
    assertEquals("the memory of a pass was returned", error.getMessage());
  }

  @Test
  void close_twice_memoryGivenOutOnce() {
    Arena.Scope scope = arena.open();
    scope.take(DataType.FLOAT, 9);
    scope.close();
    scope.close();
    Arena.Scope next = arena.open();
    assertNotEquals(address(next.take(DataType.FLOAT, 9)), address(next.take(DataType.FLOAT, 9)));
  }

  @Test
  void clear_idleMemory_forgotten() {
    Arena.Scope scope = arena.open();
    INDArray held = scope.take(DataType.FLOAT, 9);
    scope.close();
    arena.clear();
    assertNotEquals(address(held), address(arena.open().take(DataType.FLOAT, 9)));
  }

  @Test
  void takeInts_afterClose_sameArrayOfAtLeastThatLength() {
    Arena.Scope first = arena.open();
    int[] array = first.takeInts(17);
    assertTrue(array.length >= 17);
    assertNotSame(array, first.takeInts(17));
    assertNotSame(array, arena.open().takeInts(17));
    first.close();
    Arena.Scope second = arena.open();
    assertSame(array, second.takeInts(18));
    assertTrue(second.takeFloats(17).length >= 17);
    assertEquals(0, second.takeDoubles(0).length);
    second.close();
    assertThrows(IllegalStateException.class, () -> second.takeInts(1));
  }

  @Test
  void bytes_ofJavaArrays_countedAsBorrowedThenIdle() {
    Arena.Scope scope = arena.open();
    int length = scope.takeDoubles(100).length;
    assertEquals(8L * length, arena.borrowedBytes());
    assertEquals(0, arena.idleBytes());
    scope.close();
    assertEquals(0, arena.borrowedBytes());
    assertEquals(8L * length, arena.idleBytes());
    Arena.Scope again = arena.open();
    assertEquals(length, again.takeDoubles(100).length);
    assertEquals(8L * length, arena.borrowedBytes());
    assertEquals(0, arena.idleBytes());
    again.close();
    arena.clear();
    assertEquals(0, arena.idleBytes());
  }

  @Test
  void bytes_ofArrays_countedAsBorrowedThenIdleThenBorrowed() {
    // 9 numbers are rounded up to 16, and one more, of 4 bytes each
    Arena.Scope scope = arena.open();
    scope.take(DataType.FLOAT, 3, 3);
    assertEquals(68, arena.borrowedBytes());
    assertEquals(0, arena.idleBytes());
    scope.close();
    assertEquals(0, arena.borrowedBytes());
    assertEquals(68, arena.idleBytes());
    Arena.Scope again = arena.open();
    again.take(DataType.FLOAT, 9);
    assertEquals(68, arena.borrowedBytes());
    assertEquals(0, arena.idleBytes());
    again.close();
    arena.clear();
    assertEquals(0, arena.borrowedBytes());
    assertEquals(0, arena.idleBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "1,16",
    "16,16",
    "17,32",
    "513,640",
    "640,640",
    "641,768",
    "769,896",
    "897,1024",
    "1024,1024",
    "1025,1280"
  })
  void takeInts_anyLength_oneOfFourSizesPerPowerOfTwo(int length, int rounded) {
    assertEquals(rounded, arena.open().takeInts(length).length);
  }

  @Test
  void close_memoryChecked_javaArraysNoLongerHoldTheirNumbers() {
    Arena.Scope scope = new Arena(true).open();
    int[] ints = scope.takeInts(3);
    float[] floats = scope.takeFloats(3);
    double[] doubles = scope.takeDoubles(3);
    ints[0] = 1;
    scope.close();
    assertEquals(Integer.MIN_VALUE, ints[0]);
    assertTrue(Float.isNaN(floats[2]) && Double.isNaN(doubles[2]));
  }

  @Test
  void take_manyThreads_neverShared() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Boolean>> futures = new ArrayList<>();
      for (int id = 1; id <= 16; id++) {
        float mark = id;
        futures.add(threads.submit(() -> keepsMark(mark)));
      }
      for (Future<Boolean> future : futures) {
        assertTrue(future.get(), "another thread wrote into borrowed memory");
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean keepsMark(float mark) {
    for (int round = 0; round < 50; round++) {
      try (Arena.Scope scope = arena.open()) {
        INDArray a = scope.take(DataType.FLOAT, 30);
        INDArray b = scope.take(DataType.FLOAT, 5, 6);
        a.assign(mark);
        b.assign(-mark);
        Thread.yield();
        for (int i = 0; i < 30; i++) {
          if (a.getFloat(i) != mark || b.getFloat(i / 6, i % 6) != -mark) {
            return false;
          }
        }
      }
    }
    return true;
  }
}
