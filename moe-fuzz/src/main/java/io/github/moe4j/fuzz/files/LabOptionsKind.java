package io.github.moe4j.fuzz.files;

import io.github.moe4j.fuzz.Damage;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.lab.LabReading;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Options of a run of the lab, as {@code lab --config} reads them.
 *
 * @param right one file
 * @param text that the run would train on
 */
record LabOptionsKind(Map<String, byte[]> right, Path text) implements FileKind {
  private static final String YAML = """
      # a comment
      routers: [dense, 'top-k', "noisy-top-k"]
      balance: switch
      capacity: fixed:3
      experts: [4, 8]
      k: 2
      seeds: [3, 4]
      steps: 6
      batch: 2
      learning-rate: 0.01
      width: 8
      hidden: 16
      blocks: 2
      heads: 2
      sequence: 16
      validation-share: 0.2
      """;

  private static final String PROPERTIES = """
      # a comment
      routers = dense,top-k
      experts = 4
      k: 2
      seed 3
      steps = 6
      learning-rate = 0.01
      width = 8
      hidden = 16
      ranks = 2
      engine = threads
      timeout = 5
      """;

  private static final String JSON = """
      {"configuration": {"routers": "dense,top-k", "experts": "4", "k": "2", "seed": "3,4", "steps": "6",
       "batch": 2, "learning-rate": 0.01, "width": 8, "hidden": "16", "validation-share": "0.2"}}
      """;

  /** Of YAML, where a line may stand for much or for something else. */
  private static final List<String> LINES = List.of(
      "---\nsteps: 7\n",
      "steps: &a [*a, *a]\n",
      "<<: {steps: 7}\n",
      "? [1, 2]\n: 3\n",
      "steps: !!binary aGk=\n",
      "steps: !!java.net.URL [http://localhost]\n",
      "\"\\e[31m\": \"\\e[31m\"\n",
      "steps: |\n  7\n  8\n",
      "steps:\n- - 7\n",
      "steps: \u0007\n",
      "\t- steps\n",
      "!\u202e: 1\n",
      "...\n",
      "a\\u00zz = 1\n",
      "steps = \\\n");

  static List<LabOptionsKind> create(Path folder) throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "a line\nanother line\n");
    return Map.of("a.yaml", YAML, "a.properties", PROPERTIES, "a.json", JSON).entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(file -> new LabOptionsKind(
            Map.of(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8)), text))
        .toList();
  }

  @Override
  public String name() {
    return "options";
  }

  @Override
  public byte[] changed(SplittableRandom random, String name, byte[] right) throws IOException {
    byte[] changed = FileKind.super.changed(random, name, right);
    return Draw.oneIn(random, 3)
        ? Damage.joined(changed, Draw.of(random, LINES).getBytes(StandardCharsets.UTF_8))
        : changed;
  }

  @Override
  public void read(Path folder) throws Exception {
    String name = right.keySet().iterator().next();
    PrintStream terminal = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      LabReading.options(folder.resolve(name), text);
    } finally {
      System.setErr(terminal);
      requireNothing(printed.toString(StandardCharsets.UTF_8));
    }
  }

  private static void requireNothing(String printed) {
    if (!printed.isEmpty()) {
      throw new AssertionError("reading options must print nothing but printed " + printed);
    }
  }

  @Override
  public boolean refuses(Exception e) {
    return e instanceof IOException || e.getClass() == IllegalArgumentException.class;
  }
}
