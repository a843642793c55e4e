package io.github.moe4j.bench.crash;

import io.github.moe4j.cli.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Runs a command in a folder that may not be written to, at first and, after it was for a random time, again. Both must end
 * with one line about a file and leave what is there as it is; then the run goes on.
 */
record ReadOnlyFolder(int times) {
  CrashRow run(Victim victim, Path folder, RandomGenerator random, Watch watch) throws IOException {
    String name = victim.name() + ", read-only folder";
    Permissions permissions = Permissions.in(folder);
    if (!permissions.obstacle().isEmpty()) {
      return new CrashRow(
          name + " (not possible here: " + permissions.obstacle() + ")", 0, 0, List.of());
    }
    Unbroken unbroken = Unbroken.run(victim, folder.resolve("writable"), folder);
    List<String> faults = new ArrayList<>();
    int failed = 0;
    for (int i = 0; i < times; i++) {
      watch.leaveIfAsked();
      Path own = Files.createDirectory(folder.resolve("read-only-" + i));
      victim.prepare(own);
      try {
        Permissions.setWritable(own, false);
        failed += refused(permissions, victim, own, faults);
        Permissions.setWritable(own, true);
        ChildJvm child = ChildJvm.start(permissions.wrapper(), victim.command(own), folder);
        child.endsWithin(random.nextInt(unbroken.millis()));
        Permissions.setWritable(own, false);
        if (child.exitCode() != 0) {
          failed++;
          requireOneLine(own, folder, faults);
          victim.requireSound(own);
          failed += refused(permissions, victim, own, faults);
        }
      } finally {
        Permissions.setWritable(own, true);
      }
      unbroken.resume(own, folder).ifPresent(faults::add);
      watch.step(1);
    }
    return new CrashRow(name, failed, times, faults);
  }

  /** Runs a command where it may not write; 1 if it failed, as it must. */
  private static int refused(Permissions permissions, Victim victim, Path own, List<String> faults)
      throws IOException {
    Path folder = own.resolveSibling("");
    Map<String, Long> before = contents(own);
    ChildJvm child = ChildJvm.start(permissions.wrapper(), victim.command(own), folder);
    int code = child.exitCode();
    if (code == 0) {
      faults.add("did not fail: " + ChildJvm.printed(folder));
    } else {
      requireOneLine(own, folder, faults);
    }
    Map<String, Long> after = contents(own);
    if (!before.equals(after)) {
      faults.add("changed %s to %s".formatted(before.keySet(), after.keySet()));
    }
    return code == 0 ? 0 : 1;
  }

  private static void requireOneLine(Path own, Path folder, List<String> faults)
      throws IOException {
    String said = ChildJvm.printed(folder);
    if (said.contains("\tat ") || !said.contains(own.toString()) || !said.contains("permission")) {
      faults.add("not one line with the file: " + said);
    }
  }

  /** Files below a folder by name, with what tells their contents apart. */
  private static Map<String, Long> contents(Path folder) throws IOException {
    Map<String, Long> all = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        CRC32 bits = new CRC32();
        if (Files.isRegularFile(file)) {
          bits.update(Files.readAllBytes(file));
        }
        all.put(folder.relativize(file).toString(), bits.getValue());
      }
    }
    return all;
  }
}
