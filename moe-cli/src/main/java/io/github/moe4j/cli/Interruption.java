package io.github.moe4j.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Handles Ctrl-C gracefully: current work is finished and written before the JVM ends.
 *
 * <pre>{@code
 * try (Interruption interruption = Interruption.watch("lab")) {
 *   while (more && !interruption.getAsBoolean()) { … }
 *   write();
 * }
 * }</pre>
 */
public final class Interruption implements BooleanSupplier, AutoCloseable {
  /** Exit code of an interrupted command, as in shells. */
  public static final int EXIT_CODE = 130;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String task;
  private final CountDownLatch written = new CountDownLatch(1);
  private final Thread hook = new Thread(this::requestAndWait, "interruption");
  private volatile boolean requested;

  private Interruption(String task) {
    this.task = task;
  }

  /**
   * Turns Ctrl-C into a request until this is closed.
   *
   * @param task for messages
   */
  public static Interruption watch(String task) {
    Interruption interruption = new Interruption(task);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** Whether the work should stop at the next safe point. */
  @Override
  public boolean getAsBoolean() {
    return requested;
  }

  private void requestAndWait() {
    requested = true;
    try {
      if (!written.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println(task + ": the current work could not be finished in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The results are written: the JVM may end. */
  @Override
  public void close() {
    written.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running already, or about to.
    }
  }
}
