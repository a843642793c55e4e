package io.github.moe4j.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Progress of long work with the time left: a bar on a terminal; elsewhere, such as in a log,
 * occasional lines.
 */
public final class Progress implements AutoCloseable {
  private static final long NANOS_BETWEEN_LINES = Duration.ofSeconds(10).toNanos();

  private static final String DONE = "moe4j-progress";
  private static final String SKIPPED = "moe4j-progress-before";

  private final String task;
  private final long total;
  private final String unit;
  private final @Nullable PrintWriter err;
  private final @Nullable BarLine barLine;
  private final @Nullable ProgressBar bar;
  private final LongSupplier nanoClock;
  private final long start;
  private long lastLine;
  private long done;
  private long skipped;
  private String message = "";
  private @Nullable PrintWriter relay;
  private boolean closed;

  private Progress(
      String task,
      long total,
      String unit,
      @Nullable PrintWriter err,
      @Nullable BarLine barLine,
      LongSupplier nanoClock) {
    this.task = task;
    this.total = total;
    this.unit = unit;
    this.err = err;
    this.barLine = barLine;
    this.bar = barLine == null ? null : bar(task, total, unit, barLine);
    this.nanoClock = nanoClock;
    this.start = nanoClock.getAsLong();
    this.lastLine = start;
  }

  /**
   * A bar if standard error is a terminal, else lines.
   *
   * @param task name of the task, one word
   * @param total amount of work
   * @param unit unit of work, in the plural
   * @param err where lines go
   */
  public static Progress of(String task, long total, String unit, PrintWriter err) {
    BarLine line = isTerminal() ? BarLine.ofStandardError() : null;
    return new Progress(task, total, unit, err, line, System::nanoTime);
  }

  /** Lines, with a given clock. */
  static Progress lines(
      String task, long total, String unit, PrintWriter err, LongSupplier nanoClock) {
    return new Progress(task, total, unit, err, null, nanoClock);
  }

  /**
   * Lines for another process, which passes them to {@link #relay} of its own progress.
   *
   * @param out read by that process
   */
  public static Progress relayed(PrintWriter out) {
    Progress progress = quiet();
    progress.relay = out;
    return progress;
  }

  /**
   * Shows what another process has done.
   *
   * @param line printed by its {@link #relayed} progress; others are ignored
   */
  public void relay(String line) {
    String[] parts = line.split("\t", 3);
    if (parts.length == 3 && parts[0].equals(DONE)) {
      at(parts[2]);
      step(Long.parseLong(parts[1]));
    } else if (parts.length == 3 && parts[0].equals(SKIPPED)) {
      skip(Long.parseLong(parts[1]));
    }
  }

  private void relay(String kind, long amount) {
    if (relay != null) {
      relay.println(kind + "\t" + amount + "\t" + message);
      relay.flush();
    }
  }

  /** Shows nothing. */
  public static Progress quiet() {
    return new Progress("", 0, "", null, null, System::nanoTime);
  }

  private static ProgressBar bar(String task, long total, String unit, BarLine line) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setUnit(" " + unit, 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(250)
        .setConsumer(line)
        .build();
  }

  /**
   * Whether a person watches. From JDK 22 on there is a console object without a terminal too, which
   * says so by a method that JDK 17 does not have.
   */
  private static boolean isTerminal() {
    if (System.console() == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      return (Boolean) java.io.Console.class.getMethod("isTerminal").invoke(System.console());
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /** Adds work done earlier, such as in a previous run, which takes no time now. */
  public void skip(long amount) {
    done += amount;
    skipped += amount;
    relay(SKIPPED, amount);
    if (bar != null) {
      bar.stepBy(amount);
    }
  }

  /**
   * Adds one unit of work.
   *
   * @param message short description or result
   */
  public void step(String message) {
    at(message);
    step(1);
  }

  /** Adds units of work. */
  public void step(long amount) {
    done += amount;
    relay(DONE, amount);
    if (bar != null) {
      bar.stepBy(amount);
      return;
    }
    long now = nanoClock.getAsLong();
    if (err != null && now - lastLine >= NANOS_BETWEEN_LINES) {
      lastLine = now;
      err.println(line(message, now - start));
      err.flush();
    }
  }

  /** Sets a short description of the current work, shown with the bar or the next line. */
  public void at(String what) {
    message = what;
    if (bar != null) {
      bar.setExtraMessage(" " + what);
    }
  }

  /** Prints a permanent line on standard error. */
  public void note(String line) {
    if (err != null) {
      above(() -> {
        err.println(line);
        err.flush();
      });
    }
  }

  /**
   * Prints without tearing the bar.
   *
   * @param print prints whole lines to standard output or standard error, and flushes
   */
  public void above(Runnable print) {
    if (barLine == null || closed) {
      print.run();
    } else {
      barLine.above(print);
    }
  }

  /** The amount done. */
  long done() {
    return done;
  }

  /** What a log shows after some time. */
  String line(String message, long nanos) {
    Duration left = Duration.ofNanos(nanos / Math.max(1, done - skipped) * (total - done));
    return String.format(
        Locale.ROOT,
        "%s: %,d of %,d %s, %d:%02d left; %s",
        task,
        done,
        total,
        unit,
        left.toMinutes(),
        left.toSecondsPart(),
        message);
  }

  @Override
  public void close() {
    if (bar != null && !closed) {
      bar.close();
    }
    closed = true;
  }
}
