package io.github.moe4j.fuzz;

import io.github.moe4j.fuzz.api.ApiTarget;
import io.github.moe4j.fuzz.files.FileTarget;
import io.github.moe4j.fuzz.frames.FramesTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Fuzzes targets one after another. System properties:
 *
 * <ul>
 *   <li>{@code fuzz.targets}: names, separated by commas; all by default
 *   <li>{@code fuzz.count}: units of each, such as calls; 20,000 by default
 *   <li>{@code fuzz.seconds}: limit of each; an hour by default
 *   <li>{@code moe.seed}: of the first case; 1 by default
 *   <li>{@code fuzz.folder}: for the files of cases; the system's for temporary files by default
 * </ul>
 *
 * <p>Exits with 1 at the first fault, after printing it with the command that runs its case alone.
 */
public final class FuzzMain {
  private FuzzMain() {}

  /** All targets, by which each is listed. */
  static List<FuzzTarget> targets(Path folder) throws IOException {
    return List.of(ApiTarget.create(), FileTarget.in(folder), FramesTarget.in(folder));
  }

  /** Runs it. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory(
        Path.of(property("fuzz.folder", System.getProperty("java.io.tmpdir"))), "fuzz");
    List<FuzzTarget> all = targets(folder);
    List<String> names = all.stream().map(FuzzTarget::name).toList();
    List<String> wanted =
        List.of(property("fuzz.targets", String.join(",", names)).split(","));
    for (String name : wanted) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "fuzz.targets must be of %s but was %s".formatted(names, name));
      }
    }
    FuzzOptions options = new FuzzOptions(
        number("moe.seed", 1), number("fuzz.count", 20_000), number("fuzz.seconds", 3_600));
    System.out.println("| target | cases | units | outcomes | seconds | seed |");
    System.out.println("|---|---:|---:|---|---:|---:|");
    for (FuzzTarget target : all) {
      if (wanted.contains(target.name())) {
        Path current = Path.of(target.name() + ".seed");
        System.out.println(
            Fuzzer.of(target).withCurrentCase(current).run(options).row());
      }
    }
  }

  private static String property(String name, String usual) {
    String given = System.getProperty(name, "");
    return given.isBlank() ? usual : given;
  }

  private static long number(String name, long usual) {
    return Long.decode(property(name, Long.toString(usual)));
  }
}
