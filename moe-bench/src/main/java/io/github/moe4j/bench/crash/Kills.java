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
    String name = victim.name() + ", SIGKILL";
    Path first = folder.resolve("unbroken");
    Unbroken unbroken = Unbroken.run(victim, first, first);
    int millis = unbroken.millis();
    List<String> faults = new ArrayList<>();
    int killed = 0;
    int completed = 0;
    for (; killed < times; completed++) {
      Path own = Files.createDirectory(folder.resolve("killed-" + completed));
      victim.prepare(own);
      boolean resumed = false;
      for (boolean complete = false; !complete; ) {
        watch.leaveIfAsked();
        long start = System.nanoTime();
        ChildJvm child = ChildJvm.start(List.of(), victim.command(own), own);
        // After the last kill it completes.
        if (killed == times || child.endsWithin(random.nextInt(millis))) {
          if (child.exitCode() != 0) {
            faults.add("ended by itself: " + ChildJvm.printed(own));
            return new CrashRow(name, killed, completed, faults);
          }
          complete = true;
          if (!resumed) {
            millis = Unbroken.millisSince(start); // the machine may be less busy than before
          }
        } else {
          faults.addAll(child.kill(random));
          killed++;
          resumed = true;
          watch.step(1);
          victim.requireSound(own);
        }
      }
      String found = victim.result(own);
      if (!found.equals(unbroken.result())) {
        faults.add("run %d differs: %s, not %s".formatted(completed, found, unbroken.result()));
      }
    }
    return new CrashRow(name, killed, completed, faults);
  }
}
