package io.github.moe4j.bench.crash;

import io.github.moe4j.bench.repository.AllCommands;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A command in a JVM of its own, with the class path and the options of this one and its own folder of temporary files. */
final class ChildJvm {
  private static final long PATIENCE_SECONDS = 1800;

  /** After a kill everything else must end without waiting for a time-out, on a busy machine too. */
  private static final long SOON_SECONDS = 40;

  private static final String TEMPORARY = "temporary";
  private static final String OUTPUT = "output.txt";

  private final Process process;
  private final Path place;

  private ChildJvm(Process process, Path place) {
    this.process = process;
    this.place = place;
  }

  /**
   * Starts a command.
   *
   * @param wrapper what runs it, before its own words; empty for nothing
   * @param place folder for what it prints and for its temporary files
   */
  static ChildJvm start(List<String> wrapper, List<String> command, Path place) throws IOException {
    List<String> all = new ArrayList<>(wrapper);
    all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    all.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    all.addAll(List.of("-XX:-UsePerfData", temporaryOption(place)));
    all.addAll(List.of("-cp", System.getProperty("java.class.path")));
    all.add(AllCommands.class.getName());
    all.addAll(command);
    Files.createDirectories(place.resolve(TEMPORARY));
    Process process = new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.to(place.resolve(OUTPUT).toFile()))
        .start();
    return new ChildJvm(process, place);
  }

  /** In the command lines of the command's own processes too. */
  private static String temporaryOption(Path place) {
    return "-Djava.io.tmpdir=" + place.resolve(TEMPORARY);
  }

  /** Its exit code if it ends within the time. */
  boolean endsWithin(long millis) {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /**
   * Waits for the end.
   *
   * @throws IOException if it takes minutes
   */
  int exitCode() throws IOException {
    if (!endsWithin(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS))) {
      throw new IOException("hangs: " + printed(place));
    }
    return process.exitValue();
  }

  /** Lets no file of the command grow beyond a size from now on, as {@code ulimit -f} does from the start. */
  void limitFiles(int kilobytes) throws IOException {
    for (ProcessHandle each :
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList()) {
      Process limit = new ProcessBuilder(
              "prlimit", "--pid=" + each.pid(), "--fsize=" + kilobytes * 1024)
          .redirectErrorStream(true)
          .redirectOutput(Redirect.DISCARD) // some may have ended
          .start();
      try {
        limit.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  /**
   * Kills the command or one of its own processes with SIGKILL and waits until all have ended by themselves.
   *
   * @return what should not have been: a process that goes on for long, no clear error, temporary files
   */
  List<String> kill(RandomGenerator random) throws IOException {
    List<ProcessHandle> all = Stream.concat(
            Stream.of(process.toHandle()), process.descendants().filter(ChildJvm::isJvm))
        .toList();
    ProcessHandle victim = all.get(random.nextInt(all.size()));
    victim.destroyForcibly();
    long start = System.nanoTime();
    int code = exitCode();
    List<String> faults = new ArrayList<>();
    for (ProcessHandle left = oneLeft(); left != null; left = oneLeft()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(SOON_SECONDS)) {
        faults.add("process %d goes on".formatted(left.pid()));
        left.destroyForcibly();
        break;
      }
      pause();
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    if (seconds > SOON_SECONDS) {
      faults.add("ended %d s after the kill".formatted(seconds));
    }
    boolean lostOne = victim.pid() != process.pid() && code != 0;
    if (lostOne && !printed(place).matches("(?s).*: rank \\d+ ended with exit code 137.*")) {
      faults.add("a lost process is not named: " + printed(place));
    }
    if (printed(place).contains("\tat ")) {
      faults.add("a stack trace: " + printed(place));
    }
    try (Stream<Path> temporary = Files.list(place.resolve(TEMPORARY))) {
      temporary.forEach(file -> faults.add("left " + file.getFileName()));
    }
    return faults;
  }

  /** And not a helper that is about to become one. */
  private static boolean isJvm(ProcessHandle process) {
    return process.info().command().orElse("").endsWith("java");
  }

  /** A process of the command that has not ended, whoever is its parent now. */
  private @Nullable ProcessHandle oneLeft() {
    return ProcessHandle.allProcesses()
        .filter(each -> each.info()
            .arguments()
            .map(List::of)
            .orElse(List.of())
            .contains(temporaryOption(place)))
        .findAny()
        .orElse(null);
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** What the last command in a place has printed. */
  static String printed(Path place) throws IOException {
    return Files.readString(place.resolve(OUTPUT), StandardCharsets.UTF_8);
  }
}
