package io.github.moe4j.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.ReplacedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A save that ends at any byte leaves the old file whole, or the new one. */
@Tag("slow")
class CheckpointCrashTest {
  @TempDir
  Path folder;

  private static Map<String, Values> entries(long step) {
    Map<String, Values> entries = new LinkedHashMap<>();
    entries.put("step", new LongValues(new long[] {step}));
    entries.put("state", new DoubleValues(new double[] {step, 0.5, 0.25}));
    return entries;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  private static byte[] bytes(Map<String, Values> entries, Path file) throws IOException {
    Checkpoint.save(entries, file);
    return Files.readAllBytes(file);
  }

  @Test
  void save_failsAfterAnyByte_oldFileWholeAndNoOtherLeft() throws IOException {
    Path file = folder.resolve("model");
    int length = bytes(entries(2), file).length;
    byte[] old = bytes(entries(1), file);
    for (int n = 0; n < length; n++) {
      int room = n;
      var error = assertThrows(
          IOException.class,
          () -> ReplacedFile.write(
              file, channel -> CheckpointWriter.write(entries(2), new Full(channel, room))));
      assertEquals(file + ": no room after " + n, error.getMessage());
      assertArrayEquals(old, Files.readAllBytes(file));
      assertEquals(1, Checkpoint.load(file).number("step"));
      assertEquals(List.of(file), files());
    }
    ReplacedFile.write(
        file, channel -> CheckpointWriter.write(entries(2), new Full(channel, length)));
    assertEquals(2, Checkpoint.load(file).number("step"));
  }

  @Test
  void save_failsAtFirst_noFileAtAll() throws IOException {
    Path file = folder.resolve("model");
    assertThrows(
        IOException.class,
        () -> ReplacedFile.write(
            file, channel -> CheckpointWriter.write(entries(2), new Full(channel, 40))));
    assertEquals(List.of(), files());
  }

  /** A disk that is full, or a process that is stopped, after so many bytes; takes them in bits. */
  private record Full(WritableByteChannel channel, int[] room, int all)
      implements WritableByteChannel {
    Full(WritableByteChannel channel, int room) {
      this(channel, new int[] {room}, room);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (room[0] == 0) {
        throw new IOException("no room after " + all);
      }
      int count = Math.min(Math.min(room[0], 7), source.remaining());
      ByteBuffer piece = source.duplicate().limit(source.position() + count);
      int written = channel.write(piece);
      source.position(source.position() + written);
      room[0] -= written;
      return written;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Test
  void save_besideWhatACrashLeft_worksAndRemovesItWhenOld() throws IOException {
    Path file = folder.resolve("model");
    byte[] old = bytes(entries(1), file);
    Path young = folder.resolve(".model.01234567-89ab-cdef-0123-456789abcdef.part");
    Path abandoned = folder.resolve(".model.11234567-89ab-cdef-0123-456789abcdef.part");
    Path others = folder.resolve(".model.other.part");
    Path ofAnother = folder.resolve(".model.2.01234567-89ab-cdef-0123-456789abcdef.part");
    for (Path part : List.of(young, abandoned, others, ofAnother)) {
      Files.write(part, java.util.Arrays.copyOf(old, 50));
      if (part != young) {
        Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
      }
    }
    assertEquals(1, Checkpoint.load(file).number("step"));
    Checkpoint.save(entries(2), file);
    assertEquals(2, Checkpoint.load(file).number("step"));
    assertTrue(Files.exists(young), "somebody may still be writing it");
    assertTrue(Files.notExists(abandoned));
    assertTrue(Files.exists(others));
    assertTrue(Files.exists(ofAnother));
  }

  @Test
  void save_throughALink_replacesWhatItLeadsTo() throws IOException {
    Path real = Files.createDirectory(folder.resolve("disk")).resolve("model-7");
    Path link = folder.resolve("latest");
    Checkpoint.save(entries(1), real);
    Files.createSymbolicLink(link, real);
    Checkpoint.save(entries(2), link);
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(2, Checkpoint.load(real).number("step"));
  }

  @Test
  void save_overAFolder_failsAndLeavesNothing() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("model"));
    Files.writeString(taken.resolve("x"), "x");
    assertThrows(IOException.class, () -> Checkpoint.save(entries(1), taken));
    assertEquals(List.of(taken), files());
  }

  /** The process is killed for good at several places, so that no code of ours can tidy up. */
  @Test
  void save_processHaltedAtAnyPlace_oldOrNewFileWhole() throws Exception {
    Path file = folder.resolve("model");
    int length = bytes(entries(2), file).length;
    for (int n : new int[] {0, 1, 31, 60, length - 1, length}) {
      byte[] old = bytes(entries(1), file);
      Process process = new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-Xshare:auto",
              "-cp",
              System.getProperty("java.class.path"),
              Halting.class.getName(),
              file.toString(),
              Integer.toString(n))
          .redirectErrorStream(true)
          .start();
      String said = new String(process.getInputStream().readAllBytes());
      assertEquals(9, process.waitFor(), said);
      assertArrayEquals(old, Files.readAllBytes(file));
    }
    assertEquals(7, files().size(), "the file and what six crashes left");
    Checkpoint.save(entries(2), file);
    assertEquals(2, Checkpoint.load(file).number("step"));
  }

  /** Writes so many bytes of a checkpoint and stops the process; at the end before the move. */
  static final class Halting {
    private Halting() {}

    public static void main(String[] arguments) throws IOException {
      int room = Integer.parseInt(arguments[1]);
      ReplacedFile.write(Path.of(arguments[0]), channel -> {
        try {
          CheckpointWriter.write(entries(2), new Full(channel, room));
        } finally {
          Runtime.getRuntime().halt(9);
        }
      });
    }
  }
}
