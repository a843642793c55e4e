package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** That a backend of other memory is refused, moe-consumer tests. */
class HostMemoryTest {
  private static final Pattern ADDRESS =
      Pattern.compile("addressPointer\\(|data\\(\\)\\s*\\.(address|pointer|opaqueBuffer|asNio)");

  @Test
  void of_arrayAndView_whereTheirElementsBegin() {
    INDArray array = Nd4j.create(new float[] {1, 2, 3, 4, 5, 6}, new long[] {3, 2}, DataType.FLOAT);
    assertEquals(HostMemory.of(array).address(), HostMemory.addressOf(array.data()));
    assertEquals(
        1, HostMemory.of(array).asByteBuffer().order(ByteOrder.nativeOrder()).getFloat(0));
  }

  /** The pointers are never followed: nothing of the kind fits the memory of tests. */
  @ParameterizedTest
  @ValueSource(longs = {0, 7, (1L << 28) - 4, 1L << 28, 1L << 29, 1L << 31, 1L << 40})
  void part_beyondTwoGigabytesToo_theseElementsAlone(long from) {
    try (FloatPointer floats = new FloatPointer(1);
        DoublePointer doubles = new DoublePointer(1)) {
      for (Pointer all : List.of(floats, doubles)) {
        Pointer part = HostMemory.part(all, from, 9);
        assertEquals(all.address() + from * all.sizeof(), part.address());
        assertEquals(0, part.position());
        assertEquals(9, part.asBuffer().remaining());
        assertEquals(9 * all.sizeof(), part.asByteBuffer().remaining());
      }
    }
  }

  @Test
  void buffer_someElements_theirMemory() {
    INDArray array = Nd4j.create(new float[] {1, 2, 3, 4, 5, 6}, new long[] {3, 2}, DataType.FLOAT);
    FloatBuffer buffer = (FloatBuffer) HostMemory.buffer(array, 2, 3);
    assertEquals(FloatBuffer.wrap(new float[] {3, 4, 5}), buffer);
    buffer.put(1, -4);
    assertEquals(-4, array.getFloat(1, 1));
    INDArray view = array.get(NDArrayIndex.interval(1, 3));
    assertEquals(FloatBuffer.wrap(new float[] {-4, 5, 6}), HostMemory.buffer(view, 1, 3));
  }

  @Test
  void sources_reachTheMemoryOfArrays_onlyHere() throws IOException {
    List<String> users = new ArrayList<>();
    int sources = 0;
    for (Path file : sources()) {
      sources++;
      if (ADDRESS.matcher(Files.readString(file)).find()) {
        users.add(file.getFileName().toString());
      }
    }
    assertTrue(sources > 300, "found " + sources);
    assertEquals(List.of("HostMemory.java"), users);
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(Path.of(".."), "moe-*")) {
      for (Path module : modules) {
        Path folder = module.resolve("src/main/java");
        if (Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }
}
