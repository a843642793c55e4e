package io.github.moe4j.parallel.net;

import io.github.moe4j.core.internal.Require;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Ranks in processes of their own on this machine, started with the class path and options of this JVM. Their main class
 * connects by {@link SocketGroup#fromEnvironment}, for which they print a line of their own and read their standard input. They end with
 * this JVM, also if it is killed, and no file is made.
 *
 * @param ranks number of processes
 * @param timeout how long a rank waits for another
 */
public record RankProcesses(int ranks, Duration timeout) {
  /** Exit codes of processes that a signal ended are this and its number. */
  private static final int KILLED = 128;

  /** So long after the first failure the others may still say what they know of it. */
  private static final long GRACE_NANOS = 10_000_000_000L;

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public RankProcesses {
    Require.positive("ranks", ranks);
  }

  /** What a process printed, or how it ended. */
  private record Event(int rank, String line, boolean ended, int code) {}

  /**
   * Starts all ranks and returns when they have ended. If one fails, the others end by the failure of their group, or are
   * killed soon, at once if they have not met yet; all are killed if this thread is interrupted or the JVM exits.
   *
   * @param main the class to run
   * @param arguments of its main method, the same for all ranks
   * @param lines gets each line that a rank prints, in this thread
   * @throws IOException if a process cannot be started or does not end with exit code 0; the message names the ranks
   *     that failed by themselves, the first one first, with the last line of each that was not killed
   */
  public void run(Class<?> main, List<String> arguments, BiConsumer<Integer, String> lines)
      throws IOException {
    List<Process> processes = new CopyOnWriteArrayList<>(); // read by the hook
    Thread kill = new Thread(() -> processes.forEach(Process::destroyForcibly));
    Runtime.getRuntime().addShutdownHook(kill);
    try {
      String secret = secret();
      for (int r = 0; r < ranks; r++) {
        processes.add(start(r, secret, main, arguments));
      }
      await(processes, lines);
    } finally {
      kill.run();
      processes.forEach(process -> process.onExit().join());
      removeHook(kill);
    }
  }

  private static String secret() {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }

  private Process start(int rank, String secret, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !listens(option))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder // not by arguments, which all users can see
        .environment()
        .putAll(Map.of(
            RankEnvironment.RANK,
            String.valueOf(rank),
            RankEnvironment.RANKS,
            String.valueOf(ranks),
            RankEnvironment.RENDEZVOUS,
            LauncherRendezvous.NAME,
            RankEnvironment.SECRET,
            secret,
            RankEnvironment.TIMEOUT,
            String.valueOf(Math.max(1, timeout.toSeconds()))));
    builder.environment().remove(RankEnvironment.HOSTS);
    builder.environment().remove(RankEnvironment.ADDRESS);
    return builder.start();
  }

  /** A debugger's or JMX's port is taken by this JVM. */
  private static boolean listens(String option) {
    return option.startsWith("-agentlib:jdwp")
        || option.startsWith("-Xrunjdwp")
        || option.startsWith("-Dcom.sun.management.jmxremote");
  }

  private void await(List<Process> processes, BiConsumer<Integer, String> lines)
      throws IOException {
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    for (int r = 0; r < ranks; r++) {
      read(r, processes.get(r), events);
    }
    Introductions introductions = new Introductions(processes);
    String[] last = new String[ranks];
    List<String> failures = new ArrayList<>();
    boolean killed = false;
    long end = Long.MAX_VALUE;
    for (int running = ranks; running > 0; ) {
      Event event = next(events, end);
      if (event == null) {
        processes.forEach(Process::destroyForcibly);
        killed = true;
        end = Long.MAX_VALUE;
      } else if (!event.ended()) {
        if (!introductions.take(event.rank(), event.line())) {
          last[event.rank()] = event.line();
          lines.accept(event.rank(), event.line());
        }
      } else {
        running--;
        if (event.code() != 0 && !killed) {
          if (failures.isEmpty()) {
            // Ranks that have not met do not know of each other.
            end = System.nanoTime() + (introductions.areComplete() ? GRACE_NANOS : 0);
          }
          failures.add(failure(event, last[event.rank()]));
        }
      }
    }
    if (!failures.isEmpty()) {
      throw new IOException(String.join("; ", failures));
    }
  }

  private static String failure(Event event, @Nullable String last) {
    // What a killed one said last is not why it ended.
    String said = event.code() >= KILLED || last == null ? "" : ": " + last;
    return "rank %d ended with exit code %d%s".formatted(event.rank(), event.code(), said);
  }

  /** The next event, or null at the end of the time. */
  private static Event next(BlockingQueue<Event> events, long end) throws IOException {
    try {
      return end == Long.MAX_VALUE
          ? events.take()
          : events.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the ranks were running", e);
    }
  }

  private static void read(int rank, Process process, BlockingQueue<Event> events) {
    Thread reader = new Thread(
        () -> {
          try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
              events.add(new Event(rank, line, false, 0));
            }
          } catch (IOException e) {
            // killed while it was printing
          }
          events.add(new Event(rank, "", true, code(process)));
        },
        "moe4j reads rank " + rank);
    reader.setDaemon(true);
    reader.start();
  }

  private static int code(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e); // nobody interrupts this thread
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the JVM is ending
    }
  }
}
