package io.github.moe4j.bench.crash;

import io.github.moe4j.cli.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Kills a command at random moments and goes on, until it completes; then from the beginning.
 *
 * @param times kills
 */
record Kills(int times) {
  CrashRow run(Victim victim, Path folder, RandomGenerator random, Watch watch) throws IOException {
    Path unbroken = Files.createDirectory(folder.resolve("unbroken"));
    victim.prepare(unbroken);
    long start = System.nanoTime();
    ChildJvm whole = ChildJvm.start(List.of(), victim.command(unbroken), unbroken);
    if (whole.exitCode() != 0) {
      throw new IOException(victim.name() + " failed: " + ChildJvm.printed(unbroken));
    }
    int millis = (int) ((System.nanoTime() - start) / 1_000_000);
    String expected = victim.result(unbroken);
    List<String> faults = new ArrayList<>();
    int killed = 0;
    int completed = 0;
    for (; killed < times; completed++) {
      Path own = Files.createDirectory(folder.resolve("killed-" + completed));
      victim.prepare(own);
      for (boolean complete = false; !complete; ) {
        watch.leaveIfAsked();
        ChildJvm child = ChildJvm.start(List.of(), victim.command(own), own);
        // After the last kill it may complete.
        complete = killed == times
            ? child.exitCode() == 0
            : child.endsWithin(random.nextInt(millis)) && child.exitCode() == 0;
        if (!complete) {
          if (killed == times || child.endsWithin(0)) {
            faults.add("ended by itself: " + ChildJvm.printed(own));
            break;
          }
          faults.addAll(child.kill(random));
          killed++;
          watch.step(1);
          victim.requireSound(own);
        }
      }
      String found = victim.result(own);
      if (!found.equals(expected)) {
        faults.add("run %d differs: %s, not %s".formatted(completed, found, expected));
      }
    }
    return new CrashRow(victim.name() + ", SIGKILL", killed, completed, faults);
  }
}
