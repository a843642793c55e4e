package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ArrayMemoryTest {
  /** A process that has as much as a test says; arrays are freed by collections, as many as a test says. */
  private static final class FakeProcess extends ProcessLimit {
    private long used;
    private long allowed = Long.MAX_VALUE;
    private int collections;
    private final List<Long> waits = new ArrayList<>();
    private Runnable onCollection = () -> {};

    @Override
    long used() {
      return used;
    }

    @Override
    long allowed() {
      return allowed;
    }

    @Override
    void collect(long millis) {
      collections++;
      waits.add(millis);
      onCollection.run();
    }
  }

  private final FakeProcess process = new FakeProcess();

  private static INDArray allocate(ArrayMemory memory, long... shape) {
    return memory.allocate(
        DataType.FLOAT, shape, () -> Nd4j.createUninitialized(DataType.FLOAT, shape, 'c'));
  }

  private static String refused(ArrayMemory memory, long... shape) {
    return assertThrows(
            OutOfMemoryError.class,
            () -> memory.allocate(DataType.FLOAT, shape, () -> {
              throw new AssertionError("nothing must be allocated");
            }))
        .getMessage();
  }

  @Test
  void allocate_upToTheLimit_onlyWhatIsClosedMakesRoom() {
    ArrayMemory memory = new ArrayMemory("1k", process);
    INDArray first = allocate(memory, 10, 10);
    INDArray second = allocate(memory, 10, 15);

    assertEquals(
        "an array of FLOAT [7]: 28 bytes are needed but arrays take 1,000 of the 1,024 bytes of"
            + " -Dmoe4j.maxArrayBytes: raise it, or close arrays that are not needed",
        refused(memory, 7));
    assertEquals(8, process.collections);
    allocate(memory, 6).close();
    first.close();
    allocate(memory, 106).close();

    assertEquals(8, process.collections, "closed arrays are found without a collection");
    assertEquals(150, second.length());
  }

  @Test
  @Tag("slow")
  void allocate_unreachableArrays_areCollected() {
    process.onCollection = System::gc;
    ArrayMemory memory = new ArrayMemory("1m", process);
    for (int i = 0; i < 40; i++) {
      allocate(memory, 1 << 16);
    }
  }

  @Test
  void allocate_moreThanTheLimitAlone_isRefusedWithoutACollection() {
    refused(new ArrayMemory("1g", process), 1 << 29);
    process.allowed = 1 << 30;
    refused(new ArrayMemory(null, process), 1 << 29);
    assertEquals(0, process.collections);
  }

  @Test
  void allocate_processHasNoRoom_isRefusedUntilACollectionMakesIt() {
    process.used = 1 << 29;
    process.allowed = 1 << 30;
    ArrayMemory memory = new ArrayMemory(null, process);
    assertEquals(
        "an array of FLOAT [2, 100000000]: 800,000,000 bytes are needed but the process has 536,870,912 of the"
            + " 1,073,741,824 bytes of -Dorg.bytedeco.javacpp.maxphysicalbytes, by default four times -Xmx: raise one of"
            + " them, or close arrays that are not needed",
        refused(memory, 2, 100_000_000));
    process.onCollection = () -> process.used = 0;
    INDArray small = Nd4j.zeros(DataType.FLOAT, 1);
    assertSame(small, memory.allocate(DataType.FLOAT, new long[] {2, 100_000_000}, () -> small));
  }

  @Test
  void allocate_noRoomYet_collectsWithEverLongerWaits() {
    ArrayMemory memory = new ArrayMemory("1k", process);
    INDArray first = allocate(memory, 1);
    refused(memory, 256);
    assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L), process.waits);
    process.waits.clear();
    process.onCollection = first::close;
    allocate(memory, 256).close();
    assertEquals(List.of(1L), process.waits);
  }

  @ParameterizedTest
  @ValueSource(strings = {"16m", ""})
  void allocate_processHasAllButAByteOf16Megabytes_refusedForThatReason(String given) {
    process.used = 1;
    process.allowed = 1 << 24;
    ArrayMemory memory = new ArrayMemory(given.isEmpty() ? null : given, process);
    String message = refused(memory, 1 << 22);
    assertEquals(
        "an array of FLOAT [4194304]: 16,777,216 bytes are needed but the process has 1 of the 16,777,216 bytes of",
        message.substring(0, message.indexOf(" -D")));
    assertEquals(8, process.collections);
  }

  @Test
  void requireRoom_upToTheLimit_takesNothing() {
    ArrayMemory memory = new ArrayMemory("1k", process);
    for (int i = 0; i < 3; i++) {
      memory.requireRoom("parameters", 1024);
    }
    assertEquals(
        "parameters: 1,025 bytes are needed but arrays take 0 of the 1,024 bytes of"
            + " -Dmoe4j.maxArrayBytes: raise it, or close arrays that are not needed",
        assertThrows(OutOfMemoryError.class, () -> memory.requireRoom("parameters", 1025))
            .getMessage());
  }

  @Test
  void limits_ofProcessAndMachine_asTheyAre() {
    process.allowed = 12_345;
    assertEquals(12_345, new ArrayMemory(null, process).processLimit());
    assertTrue(ArrayMemory.machineBytes() > 1 << 20);
    assertEquals(ProcessLimit.machineBytes(), ArrayMemory.machineBytes());
  }

  @Test
  void allocate_moreThanTheMachineHas_isRefused() {
    ArrayMemory memory = new ArrayMemory(null, ProcessLimit.ofThisProcess());
    String message = refused(memory, 1L << 50);
    assertEquals(
        "an array of FLOAT [1125899906842624]: 4,503,599,627,370,496 bytes are needed but the process has ",
        message.substring(0, message.indexOf("process has ") + 12));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Allocation failed: [std::bad_alloc]", "bad_alloc"})
  void allocate_systemRefuses_namesTheArray(String text) {
    ArrayMemory memory = new ArrayMemory("1k", process);
    RuntimeException cause = new IllegalStateException(text);
    for (int i = 0; i < 20; i++) {
      OutOfMemoryError error = assertThrows(
          OutOfMemoryError.class,
          () -> memory.allocate(DataType.DOUBLE, new long[] {5, 5}, () -> {
            throw cause;
          }));
      assertEquals(
          "an array of DOUBLE [5, 5]: 200 bytes are needed but the process has 0 of the",
          error.getMessage().substring(0, 76));
      assertSame(cause, error.getCause());
    }
    RuntimeException other = new IllegalStateException("another reason");
    assertSame(
        other,
        assertThrows(
            IllegalStateException.class,
            () -> memory.allocate(DataType.DOUBLE, new long[] {5, 5}, () -> {
              throw other;
            })));
  }

  @Test
  void allocate_empty_takesNothing() {
    ArrayMemory memory = new ArrayMemory("8", process);
    for (int i = 0; i < 5; i++) {
      allocate(memory, 0, 4);
    }
    allocate(memory, 2);
  }

  @Test
  void allocate_manyThreads_neverMoreThanTheLimit() throws InterruptedException {
    ArrayMemory memory = new ArrayMemory("4000", process);
    List<INDArray> kept = new ArrayList<>();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread = new Thread(() -> {
        try {
          start.await();
          for (int i = 0; i < 25; i++) {
            INDArray array = allocate(memory, 25);
            synchronized (kept) {
              kept.add(array);
            }
          }
        } catch (OutOfMemoryError | InterruptedException e) {
          // the limit
        }
      });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(40, kept.size());
  }

  @Test
  void create_expertsThatCannotFit_isRefusedAtOnce() {
    String message = assertThrows(
            OutOfMemoryError.class,
            () -> GluExperts.create(ExpertOptions.of(Integer.MAX_VALUE, 1 << 30, 1 << 30), 1))
        .getMessage();
    assertEquals(
        "parameters gate.weight, up.weight, down.weight: more than 2^63 bytes are needed but",
        message.substring(0, 83));
  }

  @Test
  void bytes_ofShapes() {
    assertEquals(24, ArrayMemory.bytes(DataType.FLOAT, 2, 3));
    assertEquals(8, ArrayMemory.bytes(DataType.DOUBLE));
    assertEquals(0, ArrayMemory.bytes(DataType.DOUBLE, 1L << 62, 1L << 62, 0));
    assertEquals(Long.MAX_VALUE, ArrayMemory.bytes(DataType.FLOAT, 1L << 31, 1L << 30));
    assertEquals(Long.MAX_VALUE, ArrayMemory.bytes(DataType.FLOAT, 1L << 32, 1L << 32));
    assertEquals(Long.MAX_VALUE, ArrayMemory.sum(Long.MAX_VALUE - 1, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "1,1",
    "12k,12288",
    "512m,536870912",
    "8G,8589934592",
    "2t,2199023255552",
    "8gb,8589934592",
    "9007199254740991k,9223372036854774784"
  })
  void parse_sizesOfJvmOptions(String text, long bytes) {
    assertEquals(bytes, MemorySize.parse(text));
    assertEquals(bytes, new ArrayMemory(text, process).limit());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "-1",
        "g",
        "1.5g",
        "8e",
        "9007199254740992k",
        "9999999999999999999",
        "99999999999t"
      })
  void parse_noSize_everyAllocationIsRefused(String text) {
    ArrayMemory memory = new ArrayMemory(text, process);
    assertEquals(0, memory.limit());
    assertEquals(
        "-Dmoe4j.maxArrayBytes must be bytes, with k, m, g or t for powers of 1024, such as 8g, but was "
            + text,
        assertThrows(IllegalArgumentException.class, () -> allocate(memory, 1)).getMessage());
  }
}
