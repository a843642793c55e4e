package io.github.moe4j.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.moe4j.cli.JsonFile;
import io.github.moe4j.core.internal.FileErrors;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a file holds: runs of JMH or times of {@code peers}, never both.
 *
 * @param name the file's, or its path if two files have the same name
 * @param settings of the machine and the runs, in words, as far as the file tells them
 * @param runs of JMH, in the file's units
 * @param peers times of systems
 */
record ResultFile(
    String name, Map<String, String> settings, List<JmhRun> runs, List<PeerFigure> peers) {
  private static final String EXPECTED =
      "must be what jmh -rf json -rff FILE or peers --json FILE wrote, but ";

  /** Reads files; an error that names the file and what is wrong with it. */
  static List<ResultFile> readAll(List<Path> files) {
    List<ResultFile> results = new ArrayList<>();
    for (Path file : files) {
      boolean alone =
          files.stream().filter(other -> fileName(other).equals(fileName(file))).count() == 1;
      results.add(of(alone ? fileName(file) : file.toString(), file, tree(file)));
    }
    return results;
  }

  private static String fileName(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static JsonNode tree(Path file) {
    try {
      return JsonFile.read(file);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("no such file: " + file, e);
    } catch (IllegalArgumentException e) {
      String fault = e.getMessage().substring(file.toString().length() + 1);
      throw new IllegalArgumentException(file + " " + EXPECTED + fault, e);
    } catch (IOException e) {
      throw new IllegalArgumentException(FileErrors.message(e), e);
    }
  }

  /** An interrupted run of {@code peers} has what it measured beside the word that it is not all. */
  private static ResultFile of(String name, Path file, JsonNode whole) {
    JsonNode tree = whole.path("figures").isArray() ? whole.get("figures") : whole;
    boolean complete = whole.path("complete").asBoolean(true);
    if (!tree.isArray() || tree.isEmpty()) {
      String what = tree.isArray() ? "is an empty array" : "is no array";
      throw new IllegalArgumentException(file + " " + EXPECTED + what);
    }
    boolean jmh = tree.path(0).has("benchmark");
    List<JmhRun> runs = new ArrayList<>();
    List<PeerFigure> peers = new ArrayList<>();
    for (int i = 0; i < tree.size(); i++) {
      JsonNode entry = tree.path(i);
      try {
        if (jmh) {
          runs.add(JmhRun.of(entry));
        } else {
          peers.add(PeerFigure.of(entry));
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "%s %sentry %d %s".formatted(file, EXPECTED, i + 1, e.getMessage()), e);
      }
    }
    return new ResultFile(
        complete ? name : name + " (interrupted)",
        jmh ? JmhSettings.of(tree) : Map.of(),
        List.copyOf(runs),
        List.copyOf(peers));
  }
}
