package io.github.moe4j.bench.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What others made and comes with our artifacts, as Maven resolved it; classifiers, which differ by platform, aside. */
final class ThirdParty {
  private static final Pattern RESOLVED = Pattern.compile(
      " +(?<name>[\\w.-]+:[\\w.-]+):jar:(?:[\\w.-]+:)?(?<version>[\\w.-]+):(?:compile|runtime)(?<optional> \\(optional\\))?.*");
  private static final Pattern LICENSED = Pattern.compile(
      " +(?<licences>\\(.*\\)) .* \\((?<name>[\\w.-]+:[\\w.-]+):[\\w.-]+ - [^()]*\\)");

  private ThirdParty() {}

  /** An artifact without classifier, such as {@code commons-io:commons-io}. */
  record Artifact(String name, String version) {}

  /** For each module the artifacts that it comes with, and whether each is optional. */
  static Map<String, Map<Artifact, Boolean>> trees(Path root, Collection<String> modules)
      throws IOException {
    Map<String, Map<Artifact, Boolean>> trees = new TreeMap<>();
    for (String module : modules) {
      trees.put(module, tree(Files.readAllLines(root.resolve(module + "/target/third-party.txt"))));
    }
    // Every module needs core. Where Spark provides an artifact of it, the list is without, though
    // a user gets it.
    Map<Artifact, Boolean> core = Map.copyOf(trees.get("moe-core"));
    trees
        .values()
        .forEach(tree -> core.forEach((artifact, optional) -> {
          if (!optional) {
            tree.putIfAbsent(artifact, false);
          }
        }));
    return trees;
  }

  /** Artifacts in a list of maven-dependency-plugin, and whether each is optional. */
  static Map<Artifact, Boolean> tree(List<String> lines) {
    Map<Artifact, Boolean> tree = new HashMap<>();
    for (String line : lines) {
      Matcher matcher = RESOLVED.matcher(line);
      if (matcher.matches()) {
        tree.put(
            new Artifact(matcher.group("name"), matcher.group("version")),
            matcher.group("optional") != null);
      }
    }
    return tree;
  }

  /** Names of artifacts in a list of license-maven-plugin, each with its licences as its POM names them. */
  static Map<String, String> licences(List<String> lines) {
    Map<String, String> licences = new TreeMap<>();
    for (String line : lines) {
      Matcher matcher = LICENSED.matcher(line);
      if (matcher.matches()) {
        licences.put(matcher.group("name"), matcher.group("licences"));
      }
    }
    return licences;
  }

  /** One row for each artifact, with its version and the modules that it comes with. */
  static String table(Map<String, Map<Artifact, Boolean>> trees) {
    TreeMap<String, TreeSet<String>> versions = new TreeMap<>();
    TreeMap<String, List<String>> modules = new TreeMap<>();
    trees.forEach((module, tree) -> tree.forEach((artifact, optional) -> {
      versions.computeIfAbsent(artifact.name(), name -> new TreeSet<>()).add(artifact.version());
      modules
          .computeIfAbsent(artifact.name(), name -> new ArrayList<>())
          .add("`" + module + "`" + (optional ? " (optional)" : ""));
    }));
    StringBuilder table = new StringBuilder("| artifact | version | comes with |\n|---|---|---|\n");
    versions.forEach((name, all) -> {
      List<String> with = modules.get(name);
      boolean everywhere = with.size() == trees.size() && String.join("", with).indexOf('(') < 0;
      table.append("| `%s` | %s | %s |\n"
          .formatted(name, String.join(", ", all), everywhere ? "all" : String.join(", ", with)));
    });
    return table.toString();
  }
}
