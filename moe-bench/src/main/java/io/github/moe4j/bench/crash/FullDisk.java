package io.github.moe4j.bench.crash;

import io.github.moe4j.cli.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Runs a command that may write no file beyond a limit, for limits from none to what the largest file needs, or to almost nothing
 * from a random moment on, and goes on without a limit. A write that fails must be one line with the name of the file.
 */
record FullDisk(int limits) {
  /** From a random moment on: room for an error in the file of the output, and for little else. */
  private static final int ALMOST_NOTHING = 8;

  CrashRow run(Victim victim, Path folder, RandomGenerator random, Watch watch) throws IOException {
    Unbroken unbroken = Unbroken.run(victim, folder.resolve("roomy"), folder);
    long largest = largest(unbroken.folder());
    List<String> faults = new ArrayList<>();
    int failed = 0;
    for (int i = 0; i < limits; i++) {
      watch.leaveIfAsked();
      Path own = Files.createDirectory(folder.resolve("full-" + i));
      victim.prepare(own);
      boolean later = i % 2 == 1;
      int kilobytes = later ? ALMOST_NOTHING : (int) (largest / 1024 * i / limits);
      ChildJvm child =
          ChildJvm.start(later ? List.of() : limit(kilobytes), victim.command(own), folder);
      if (later) {
        child.endsWithin(random.nextInt(unbroken.millis()));
        child.limitFiles(kilobytes);
      }
      int code = child.exitCode();
      String said = ChildJvm.printed(folder);
      watch.step(1);
      if (code == 0) {
        continue; // it fits
      }
      failed++;
      // What a terminal shows is limited too, as it goes to a file here.
      if (said.contains("\tat ") || kilobytes > 1 && !said.contains("File too large")) {
        faults.add("at %d KB, exit code %d: %s".formatted(kilobytes, code, said));
      }
      victim.requireSound(own);
      unbroken
          .resume(own, folder)
          .ifPresent(fault -> faults.add("at %d KB, %s".formatted(kilobytes, fault)));
    }
    return new CrashRow(victim.name() + ", file too large", failed, limits, faults);
  }

  /** A write beyond it fails, as on a full disk, at any place of any file. */
  private static List<String> limit(int kilobytes) {
    return List.of("bash", "-c", "ulimit -f " + kilobytes + "; exec \"$@\"", "bash");
  }

  private static long largest(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .mapToLong(file -> file.toFile().length())
          .max()
          .orElse(0);
    }
  }
}
