package io.github.moe4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Long work that shows how far it has come and can be left between two of its steps.
 *
 * <pre>{@code
 * try (Watch watch = Watch.open("peers", total, "steps", err)) {
 *   boolean complete = watch.finishes(() -> {
 *     while (more) {
 *       watch.leaveIfAsked();
 *       work();
 *       watch.step(1);
 *     }
 *   });
 *   write();
 * }
 * }</pre>
 */
public final class Watch implements BooleanSupplier, AutoCloseable {
  private static final Watch NONE = new Watch(Progress.quiet(), () -> false, () -> {});

  private final Progress progress;
  private final BooleanSupplier stop;
  private final Runnable written;

  /** Begins a watch. */
  @FunctionalInterface
  public interface Source {
    /**
     * Begins a watch.
     *
     * @param task what is done, a word
     * @param total how much of it there is
     * @param unit what is counted, in the plural
     * @param err where progress goes
     */
    Watch open(String task, long total, String unit, PrintWriter err);
  }

  /**
   * Watches work.
   *
   * @param stop whether the work should end as soon as it can be left
   * @param written called when all is written
   */
  Watch(Progress progress, BooleanSupplier stop, Runnable written) {
    this.progress = progress;
    this.stop = stop;
    this.written = written;
  }

  /** Shows progress; Ctrl-C is a request until this is closed. A {@link Source}. */
  public static Watch open(String task, long total, String unit, PrintWriter err) {
    Interruption interruption = Interruption.watch(task);
    return new Watch(Progress.of(task, total, unit, err), interruption, interruption::close);
  }

  /** For work that shows by its results how far it has come: shows nothing. A {@link Source}. */
  public static Watch quiet(String task, long total, String unit, PrintWriter err) {
    Interruption interruption = Interruption.watch(task);
    return new Watch(Progress.quiet(), interruption, interruption::close);
  }

  /** Shows nothing and never asks. */
  public static Watch none() {
    return NONE;
  }

  /** How far the work has come. */
  public Progress progress() {
    return progress;
  }

  /** So much more is done. */
  public void step(long amount) {
    progress.step(amount);
  }

  /** Whether the work should end as soon as it can be left. */
  @Override
  public boolean getAsBoolean() {
    return stop.getAsBoolean();
  }

  /** Throws a {@link StoppedException} if the work should end: it can be left here. */
  public void leaveIfAsked() {
    if (stop.getAsBoolean()) {
      throw new StoppedException();
    }
  }

  /**
   * Does the work; after it no progress is shown any more.
   *
   * @return whether all was done: false if it was stopped on request
   */
  public boolean finishes(Runnable work) {
    try {
      work.run();
      return true;
    } catch (StoppedException e) {
      return false;
    } finally {
      progress.close();
    }
  }

  /** The line that says that results are not all. */
  public static String interrupted(long done, long total, String what) {
    return String.format(Locale.ROOT, "interrupted after %,d of %,d %s", done, total, what);
  }

  /** All is written: the JVM may end. */
  @Override
  public void close() {
    progress.close();
    written.run();
  }
}
