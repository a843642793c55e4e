package io.github.moe4j.bench.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A run of a command that nothing disturbs.
 *
 * @param victim the command
 * @param folder it ran in
 * @param millis it took
 * @param result that every other run must have
 */
record Unbroken(Victim victim, Path folder, int millis, String result) {
  /**
   * Runs a command.
   *
   * @param folder new
   * @param place for what it prints
   * @throws IOException if it fails
   */
  static Unbroken run(Victim victim, Path folder, Path place) throws IOException {
    Files.createDirectory(folder);
    victim.prepare(folder);
    long start = System.nanoTime();
    ChildJvm child = ChildJvm.start(List.of(), victim.command(folder), place);
    if (child.exitCode() != 0) {
      throw new IOException(victim.name() + " failed: " + ChildJvm.printed(place));
    }
    return new Unbroken(victim, folder, millisSince(start), victim.result(folder));
  }

  static int millisSince(long start) {
    return (int) ((System.nanoTime() - start) / 1_000_000);
  }

  /**
   * Resumes a run that failed.
   *
   * @param own folder of that run
   * @param place for what it prints
   * @return what is wrong, if anything
   */
  Optional<String> resume(Path own, Path place) throws IOException {
    ChildJvm again = ChildJvm.start(List.of(), victim.command(own), place);
    if (again.exitCode() != 0) {
      return Optional.of("goes not on: " + ChildJvm.printed(place));
    }
    String found = victim.result(own);
    return found.equals(result) ? Optional.empty() : Optional.of("differs: " + found);
  }
}
