package io.github.moe4j.bench.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * How to run a command that may not write where permissions forbid it: as it is, or, if the user is root, without the
 * capabilities that ignore them.
 *
 * @param wrapper of the command
 * @param obstacle why it is not possible here; empty if it is
 */
record Permissions(List<String> wrapper, String obstacle) {
  private static final List<String> WITHOUT_CAPABILITIES =
      List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search");

  /**
   * Tries what works.
   *
   * @param folder in which to try it
   */
  static Permissions in(Path folder) throws IOException {
    Path locked = Files.createDirectory(folder.resolve("locked"));
    try {
      setWritable(locked, false);
    } catch (UnsupportedOperationException e) {
      return new Permissions(List.of(), "files have no permissions of POSIX");
    }
    try {
      for (List<String> wrapper : List.of(List.<String>of(), WITHOUT_CAPABILITIES)) {
        if (holdFor(wrapper, locked)) {
          return new Permissions(wrapper, "");
        }
      }
      return new Permissions(
          List.of(), "this user ignores permissions, and setpriv cannot take that away");
    } finally {
      setWritable(locked, true);
    }
  }

  private static boolean holdFor(List<String> wrapper, Path locked) {
    return runs(wrapper, "true") && !runs(wrapper, "test", "-w", locked.toString());
  }

  private static boolean runs(List<String> wrapper, String... command) {
    try {
      return new ProcessBuilder(
                  Stream.concat(wrapper.stream(), Stream.of(command)).toList())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Whether files may be made in a folder and those below, also in those that are made meanwhile. */
  static void setWritable(Path folder, boolean writable) throws IOException {
    Files.setPosixFilePermissions(
        folder, PosixFilePermissions.fromString(writable ? "rwx------" : "r-x------"));
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(Files::isDirectory).forEach(below -> {
        try {
          setWritable(below, writable);
        } catch (FileSystemException e) {
          // it has just been deleted
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
  }
}
