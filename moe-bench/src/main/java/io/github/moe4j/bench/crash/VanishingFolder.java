package io.github.moe4j.bench.crash;

import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Deletes the folder of a running command: it must end with a line about the file, or have completed. */
record VanishingFolder(int times) {
  private static final int LONGEST_MILLIS = 8000;

  CrashRow run(Victim victim, Path folder, RandomGenerator random, Watch watch) throws IOException {
    List<String> faults = new ArrayList<>();
    int failed = 0;
    for (int i = 0; i < times; i++) {
      watch.leaveIfAsked();
      Path own = Files.createDirectory(folder.resolve("vanishing-" + i));
      victim.prepare(own);
      ChildJvm child = ChildJvm.start(List.of(), victim.command(own), folder);
      child.endsWithin(random.nextInt(LONGEST_MILLIS));
      deleteAll(own);
      int code = child.exitCode();
      String said = ChildJvm.printed(folder);
      if (code != 0) {
        failed++;
        if (said.contains("\tat ") || !said.contains(own.toString())) {
          faults.add("exit code %d: %s".formatted(code, said));
        }
      }
      watch.step(1);
    }
    return new CrashRow(victim.name() + ", folder deleted", failed, times, faults);
  }

  /** As far as nobody writes into it meanwhile. */
  static void deleteAll(Path folder) {
    for (int attempt = 0; attempt < 20 && Files.exists(folder); attempt++) {
      try {
        Folders.deleteAll(folder);
      } catch (IOException e) {
        // somebody has just written into it, or deleted it
      }
    }
  }
}
