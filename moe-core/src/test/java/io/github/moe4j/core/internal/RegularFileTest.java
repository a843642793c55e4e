package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.internal.NamedPipe;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegularFileTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir
  Path folder;

  private static String refusal(Path file) {
    return assertTimeoutPreemptively(
            SOON, () -> assertThrows(FileSystemException.class, () -> RegularFile.bytes(file, 100)))
        .getMessage();
  }

  @Test
  void bytes_file_allOfThem() throws IOException {
    Path file = Files.write(folder.resolve("a"), new byte[] {1, 2, 3});
    assertArrayEquals(new byte[] {1, 2, 3}, RegularFile.bytes(file, 3));
    Path link = folder.resolve("link");
    try {
      Files.createSymbolicLink(link, file);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("no links here: " + e);
    }
    assertArrayEquals(new byte[] {1, 2, 3}, RegularFile.bytes(link, 3));
  }

  /** Gives its bytes one by one, and nothing before each. */
  private static ReadableByteChannel slow(byte... bytes) {
    return new ReadableByteChannel() {
      private int reads;

      @Override
      public int read(ByteBuffer target) {
        if (reads++ % 2 == 0) {
          return 0;
        }
        if (reads / 2 > bytes.length) {
          return -1;
        }
        target.put(bytes[reads / 2 - 1]);
        return 1;
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void bytes_severalReads_asManyAsThereAre() throws IOException {
    assertArrayEquals(
        new byte[] {1, 2, 3}, RegularFile.bytes(slow((byte) 1, (byte) 2, (byte) 3), 3));
    assertArrayEquals(new byte[] {1, 2}, RegularFile.bytes(slow((byte) 1, (byte) 2, (byte) 3), 2));
    assertArrayEquals(new byte[] {1, 2}, RegularFile.bytes(slow((byte) 1, (byte) 2), 5));
    assertArrayEquals(new byte[0], RegularFile.bytes(slow(), 0));
  }

  @Test
  void text_utf8_theText() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "é 中");
    assertEquals("é 中", RegularFile.text(file, 100));
  }

  @Test
  void bytes_tooMany_bothNumbers() throws IOException {
    Path file = Files.write(folder.resolve("a"), new byte[101]);
    assertEquals(file + ": must have at most 100 bytes but has 101", refusal(file));
  }

  @Test
  void bytes_none_saysSo() {
    Path file = folder.resolve("a");
    Exception e = assertThrows(NoSuchFileException.class, () -> RegularFile.bytes(file, 1));
    assertEquals(file + ": no such file", e.getMessage());
  }

  @Test
  void bytes_folder_saysSo() {
    assertEquals(folder + ": is a folder, not a file", refusal(folder));
  }

  @Test
  void bytes_namedPipe_refusedAtOnce() {
    Path pipe = NamedPipe.create(folder.resolve("pipe"));
    assertEquals(pipe + ": is not a regular file", refusal(pipe));
  }

  @Test
  void bytes_device_refusedAtOnce() {
    Path device = Path.of("/dev/zero");
    Assumptions.assumeTrue(Files.exists(device), "no such device here");
    assertEquals(device + ": is not a regular file", refusal(device));
  }

  @Test
  void bytes_socket_refusedAtOnce() throws IOException {
    Path socket = folder.resolve("socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Assumptions.assumeTrue(Files.exists(socket), "sockets are no files here");
      assertEquals(socket + ": is not a regular file", refusal(socket));
    } catch (UnsupportedOperationException | SocketException e) {
      Assumptions.abort("no sockets in folders here: " + e);
    }
  }

  @Test
  void bytes_loopOfLinks_refused() {
    Path link = folder.resolve("link");
    try {
      Files.createSymbolicLink(link, link);
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("no links here: " + e);
    }
    String message = refusal(link);
    assertTrue(message.startsWith(link + ": "), message);
  }

  @Test
  void text_otherEncoding_saysWhere() throws IOException {
    Path file = Files.write(folder.resolve("a"), new byte[] {'a', (byte) 0xE9, 'b'});
    Exception e = assertThrows(FileSystemException.class, () -> RegularFile.text(file, 100));
    assertEquals(file + ": is not UTF-8 text (the byte at offset 1)", e.getMessage());
  }
}
