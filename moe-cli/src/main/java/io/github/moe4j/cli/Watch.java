package io.github.moe4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Long work with progress that can be stopped between two steps.
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
     * @param task name of the task, one word
     * @param total amount of work
     * @param unit unit of work, in the plural
     * @param err where progress goes
     */
    Watch open(String task, long total, String unit, PrintWriter err);
  }

  /**
   * Watches work.
   *
   * @param stop whether the work should stop at the next safe point
   * @param written called when everything is written
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

  /** For work that shows its progress otherwise: shows nothing. A {@link Source}. */
  public static Watch quiet(String task, long total, String unit, PrintWriter err) {
    Interruption interruption = Interruption.watch(task);
    return new Watch(Progress.quiet(), interruption, interruption::close);
  }

  /** Shows nothing and never stops. */
  public static Watch none() {
    return NONE;
  }

  /** The progress of the work. */
  public Progress progress() {
    return progress;
  }

  /** Adds units of work. */
  public void step(long amount) {
    progress.step(amount);
  }

  /** Whether the work should stop at the next safe point. */
  @Override
  public boolean getAsBoolean() {
    return stop.getAsBoolean();
  }

  /**
   * A safe point.
   *
   * @throws StoppedException if the work should stop
   */
  public void leaveIfAsked() {
    if (stop.getAsBoolean()) {
      throw new StoppedException();
    }
  }

  /**
   * Runs the work and ends the progress display.
   *
   * @return whether it completed: false if it was stopped on request
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

  /** The line that says that results are incomplete. */
  public static String interrupted(long done, long total, String what) {
    return String.format(Locale.ROOT, "interrupted after %,d of %,d %s", done, total, what);
  }

  /** Everything is written: the JVM may end. */
  @Override
  public void close() {
    progress.close();
    written.run();
  }
}
