package io.github.moe4j.fuzz;

import io.github.moe4j.fuzz.api.ApiTarget;
import io.github.moe4j.fuzz.files.FileTarget;
import io.github.moe4j.fuzz.frames.FramesTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fuzzes targets one after another. System properties:
 *
 * <ul>
 *   <li>{@code fuzz.targets}: names, separated by commas; all by default
 *   <li>{@code fuzz.count}: units of each, such as calls; 20,000 by default
 *   <li>{@code fuzz.seconds}: limit of each; an hour by default
 *   <li>{@code moe.seed}: of the first case; 1 by default
 *   <li>{@code fuzz.folder}: for the files of cases, made if it does not exist; the system's for temporary files by default
 * </ul>
 *
 * <p>Exits with 1 at the first fault, after printing it with the command that runs its case alone.
 */
public final class FuzzMain {
  private FuzzMain() {}

  private interface Setup {
    FuzzTarget in(Path folder) throws IOException;
  }

  /** Makes the targets, in the order in which they run, by name. */
  private static Map<String, Setup> targets() {
    Map<String, Setup> targets = new LinkedHashMap<>();
    targets.put("api", folder -> ApiTarget.create());
    targets.put("files", FileTarget::in);
    targets.put("frames", FramesTarget::in);
    return targets;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws IOException {
    Map<String, Setup> targets = targets();
    List<String> wanted =
        List.of(property("fuzz.targets", String.join(",", targets.keySet())).split(","));
    for (String name : wanted) {
      if (!targets.containsKey(name)) {
        throw new IllegalArgumentException(
            "fuzz.targets must be of %s but was %s".formatted(targets.keySet(), name));
      }
    }
    Path files = Path.of(property("fuzz.folder", System.getProperty("java.io.tmpdir")));
    if (!Files.isDirectory(files)) { // createDirectories of JDK 17 refuses links to folders
      Files.createDirectories(files);
    }
    Path folder = Files.createTempDirectory(files, "fuzz");
    FuzzOptions options = new FuzzOptions(
        number("moe.seed", 1), number("fuzz.count", 20_000), number("fuzz.seconds", 3_600));
    System.out.println("| target | cases | units | outcomes | seconds | seed |");
    System.out.println("|---|---:|---:|---|---:|---:|");
    targets.keySet().retainAll(wanted);
    for (Map.Entry<String, Setup> target : targets.entrySet()) {
      Path current = Path.of(target.getKey() + ".seed");
      System.out.println(Fuzzer.of(target.getValue().in(folder))
          .withCurrentCase(current)
          .withProgress(System.err::println)
          .run(options)
          .row());
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
