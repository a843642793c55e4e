package io.github.moe4j.bench.crash;

import io.github.moe4j.cli.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a command that may write no file beyond a limit, for limits from none to what the largest file needs, and goes on
 * without a limit. A write that fails must be one line with the name of the file.
 */
record FullDisk(int limits) {
  CrashRow run(Victim victim, Path folder, Watch watch) throws IOException {
    Path output = folder.resolve("output.txt");
    Path unbroken = Files.createDirectory(folder.resolve("roomy"));
    victim.prepare(unbroken);
    ChildJvm whole = ChildJvm.start(victim.command(unbroken), output, -1);
    if (whole.exitCode() != 0) {
      throw new IOException(victim.name() + " failed: " + whole.printed());
    }
    String expected = victim.result(unbroken);
    long largest = largest(unbroken);
    List<String> faults = new ArrayList<>();
    int failed = 0;
    for (int i = 0; i < limits; i++) {
      watch.leaveIfAsked();
      Path own = Files.createDirectory(folder.resolve("full-" + i));
      victim.prepare(own);
      int kilobytes = (int) (largest / 1024 * i / limits);
      ChildJvm child = ChildJvm.start(victim.command(own), output, kilobytes);
      int code = child.exitCode();
      String said = child.printed();
      if (code == 0) {
        continue; // it fits
      }
      failed++;
      // What a terminal shows is limited too, as it goes to a file here.
      if (said.contains("\tat ") || kilobytes > 1 && !said.contains("File too large")) {
        faults.add("at %d KB, exit code %d: %s".formatted(kilobytes, code, said));
      }
      victim.requireSound(own);
      ChildJvm again = ChildJvm.start(victim.command(own), output, -1);
      if (again.exitCode() != 0) {
        faults.add("at %d KB, goes not on: %s".formatted(kilobytes, again.printed()));
      } else if (!victim.result(own).equals(expected)) {
        faults.add("at %d KB, differs: %s".formatted(kilobytes, victim.result(own)));
      }
      watch.step(1);
    }
    return new CrashRow(victim.name() + ", file too large", failed, limits, faults);
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
