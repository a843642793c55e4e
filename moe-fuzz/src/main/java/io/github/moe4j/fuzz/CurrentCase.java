package io.github.moe4j.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * The case that is running: its seed is in a mapped file, which outlives a crash of the process in native code, and a
 * case that does not end is reported and ends the process.
 */
final class CurrentCase implements AutoCloseable {
  private static final long LIMIT = TimeUnit.MINUTES.toNanos(5);

  private final String target;
  private final MappedByteBuffer file;
  private final Thread owner = Thread.currentThread();
  private final Thread watchdog = new Thread(this::watch, "fuzz watchdog");
  private volatile long seed;
  private volatile long began = System.nanoTime();
  private volatile boolean ended;

  CurrentCase(String target, Path path) {
    this.target = target;
    try (FileChannel channel = FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      this.file = channel.map(MapMode.READ_WRITE, 0, 64);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    watchdog.setDaemon(true);
    watchdog.start();
  }

  void begin(long caseSeed) {
    seed = caseSeed;
    began = System.nanoTime();
    file.put(0, "%-40d".formatted(caseSeed).getBytes(StandardCharsets.US_ASCII));
  }

  private void watch() {
    while (!ended) {
      try {
        Thread.sleep(500);
      } catch (InterruptedException e) {
        return;
      }
      if (System.nanoTime() - began > LIMIT) {
        System.err.printf("%s: a case did not end; %s%n", target, Replay.command(target, seed));
        for (StackTraceElement frame : owner.getStackTrace()) {
          System.err.println("  at " + frame);
        }
        Runtime.getRuntime().halt(3);
      }
    }
  }

  @Override
  public void close() {
    ended = true;
    watchdog.interrupt();
  }
}
