package io.github.moe4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Watches work for a test: remembers how far it came and may ask it to end. */
public final class TestWatch implements Watch.Source {
  private final long stopAfter;
  private final List<Progress> opened = new ArrayList<>();
  private long total;
  private int closed;

  /**
   * Asks the work to end.
   *
   * @param steps as soon as so many are done
   */
  public static TestWatch stopAfter(long steps) {
    return new TestWatch(steps);
  }

  /** Never asks. */
  public static TestWatch patient() {
    return new TestWatch(Long.MAX_VALUE);
  }

  private TestWatch(long stopAfter) {
    this.stopAfter = stopAfter;
  }

  @Override
  public Watch open(String task, long expected, String unit, PrintWriter err) {
    total = expected;
    Progress progress = Progress.lines(task, expected, unit, err, () -> 0);
    opened.add(progress);
    return new Watch(progress, () -> progress.done() >= stopAfter, () -> closed++);
  }

  /** Steps done. */
  public long done() {
    return opened.stream().mapToLong(Progress::done).sum();
  }

  /** Steps that were said to be. */
  public long total() {
    return total;
  }

  /** Whether what was opened was closed. */
  public boolean isClosed() {
    return opened.size() == 1 && closed == 1;
  }
}
