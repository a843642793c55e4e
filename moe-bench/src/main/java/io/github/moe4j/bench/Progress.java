package io.github.moe4j.bench;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * How far long work has come and how much time is left: a bar on a terminal; elsewhere, such as in a
 * log, a line now and then.
 */
public final class Progress implements AutoCloseable {
  private static final long NANOS_BETWEEN_LINES = Duration.ofSeconds(10).toNanos();

  private final String task;
  private final long total;
  private final String unit;
  private final @Nullable ProgressBar bar;
  private final @Nullable PrintWriter lines;
  private final long start = System.nanoTime();
  private long lastLine = start;
  private long done;
  private long skipped;

  private Progress(
      String task,
      long total,
      String unit,
      @Nullable ProgressBar bar,
      @Nullable PrintWriter lines) {
    this.task = task;
    this.total = total;
    this.unit = unit;
    this.bar = bar;
    this.lines = lines;
  }

  /**
   * A bar if standard error is a terminal, else lines.
   *
   * @param task what is done, a word
   * @param total how much of it there is
   * @param unit what is counted, in the plural
   * @param err where lines go
   */
  public static Progress of(String task, long total, String unit, PrintWriter err) {
    if (!isTerminal()) {
      return new Progress(task, total, unit, null, err);
    }
    ProgressBar bar = new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setUnit(" " + unit, 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(250)
        .build();
    return new Progress(task, total, unit, bar, null);
  }

  /** Shows nothing. */
  public static Progress quiet() {
    return new Progress("", 0, "", null, null);
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

  /** Work that was done before, by an earlier run, say: it takes no time now. */
  public void skip(long amount) {
    done += amount;
    skipped += amount;
    if (bar != null) {
      bar.stepBy(amount);
    }
  }

  /**
   * One more is done.
   *
   * @param message what it was or came to, short
   */
  public void step(String message) {
    done++;
    if (bar != null) {
      bar.step();
      bar.setExtraMessage(" " + message);
    }
    long now = System.nanoTime();
    if (lines != null && now - lastLine >= NANOS_BETWEEN_LINES) {
      lastLine = now;
      lines.println(line(message, now - start));
      lines.flush();
    }
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
    if (bar != null) {
      bar.close();
    }
  }
}
