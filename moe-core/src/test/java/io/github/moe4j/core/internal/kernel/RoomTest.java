package io.github.moe4j.core.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.vector.FloatVectorKernel;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RoomTest {
  private Room.Pool<float[]> rooms;
  private Kernel<float[]> kernel;

  @BeforeEach
  void open() {
    LoadedKernels.requireModule();
    kernel = new FloatVectorKernel();
    rooms = new Room.Pool<>(kernel);
  }

  @Test
  void array_longEnough_theSame() {
    rooms.with(room -> {
      float[] array = room.array(2, 5);
      assertEquals(5, array.length);
      assertSame(array, room.array(2, 5));
      assertSame(array, room.array(2, 3));
      assertNotSame(array, room.array(1, 5));
      float[] longer = room.array(2, 6);
      assertEquals(6, longer.length);
      assertSame(longer, room.array(2, 5));
    });
  }

  @Test
  void exact_numberAndLength_oneArrayForEach() {
    rooms.with(room -> {
      Set<float[]> arrays = new HashSet<>();
      for (int number = 1; number <= 3; number++) {
        for (int length = 4; length <= 6; length++) {
          float[] array = room.exact(number, length);
          assertEquals(length, array.length);
          assertTrue(arrays.add(array), "one of its own");
          assertSame(array, room.exact(number, length));
        }
      }
    });
  }

  @Test
  void panels_fewElements_largeEnoughForTheBeginningOfARegion() {
    rooms.with(room -> {
      assertEquals(1 << 19, room.panels(0, 1).length);
      assertEquals(kernel.origin() + (1 << 19), room.panels(0, 1 << 19).length);
    });
  }

  @Test
  void with_oneAfterAnother_theSameRoom() {
    rooms.with(first -> {
      rooms.with(second -> assertNotSame(first, second));
      rooms.with(second -> assertNotSame(first, second));
    });
    Set<Room<float[]>> seen = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      rooms.with(seen::add);
    }
    assertEquals(1, seen.size());
  }
}
