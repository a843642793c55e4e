package io.github.moe4j.bench.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.release.ThirdParty.Artifact;
import io.github.moe4j.cli.GeneratedPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SECURITY.md names what comes with each published artifact, and NOTICE the licences of what the runnable jar comes with. To
 * write both: {@code mvn -pl moe-bench -am test -Dtest=ThirdPartyTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dmoe.write=true}
 */
class ThirdPartyTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path SECURITY = ROOT.resolve("SECURITY.md");
  private static final Path NOTICE = ROOT.resolve("NOTICE");
  private static final boolean WRITE = Boolean.getBoolean("moe.write");
  private static final String PART = "third-party artifacts";
  private static final String NOTICE_TITLE =
      "Beside moe-bench's jar, in the folder lib, are jars of others, each under a licence of its own:\n";
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([\\w.-]+:[\\w.-]+)` \\|(.*)\\|$");

  /** Licences that a dependency may have, by their names in POMs; one of several is enough. Preferred ones first. */
  private static final Map<String, Set<String>> ALLOWED = new LinkedHashMap<>();

  static {
    ALLOWED.put(
        "Apache License, Version 2.0",
        Set.of(
            "Apache-2.0",
            "Apache 2.0",
            "Apache License V2.0",
            "Apache License v2.0",
            "Apache License Version 2.0",
            "Apache License, Version 2.0",
            "The Apache License, Version 2.0",
            "The Apache Software License, Version 2.0",
            "The Apache Software License, version 2.0"));
    ALLOWED.put("MIT License", Set.of("MIT", "MIT License", "The MIT License"));
    ALLOWED.put("BSD License", Set.of("BSD 3-clause", "BSD-3-Clause", "The BSD License"));
    ALLOWED.put("Eclipse Public License", Set.of("Eclipse Public License"));
    ALLOWED.put(
        "GNU General Public License, version 2, with the Classpath exception",
        Set.of("GNU General Public License (GPL), version 2, with the Classpath exception"));
  }

  private static final Map<String, Map<Artifact, Boolean>> TREES = new TreeMap<>();

  @BeforeAll
  static void read() throws IOException {
    List<String> published = new ArrayList<>();
    for (String module : Pom.read(ROOT.resolve("pom.xml")).all("modules/module")) {
      Pom pom = Pom.read(ROOT.resolve(module).resolve("pom.xml"));
      if (!module.equals("moe-bom") && !pom.text("properties/maven.deploy.skip").equals("true")) {
        published.add(module);
      }
    }
    TREES.putAll(ThirdParty.trees(ROOT, published));
    TREES.forEach((module, tree) -> assertTrue(tree.size() >= 15, module + ": " + tree));
  }

  @Test
  void security_namesEveryArtifactOfEachTree(@TempDir Path folder) throws IOException {
    Path page = WRITE ? SECURITY : Files.copy(SECURITY, folder.resolve("SECURITY.md"));
    GeneratedPart.replace(page, PART, ThirdParty.table(TREES));
    assertEquals(Files.readString(page), Files.readString(SECURITY));
  }

  @Test
  void security_rowsOfVulnerabilities_haveTheVersionsOfTheTrees() throws IOException {
    Map<String, String> versions = new TreeMap<>();
    TREES.values().forEach(tree -> tree.keySet().forEach(a -> versions.put(a.name(), a.version())));
    String notes = Files.readString(SECURITY);
    Matcher rows = ROW.matcher(notes.substring(0, notes.indexOf("<!-- begin generated")));
    int count = 0;
    while (rows.find()) {
      String version = versions.get(rows.group(1));
      assertTrue(
          version != null && List.of(rows.group(2).strip().split(" *\\| *")).contains(version),
          () -> rows.group(1) + " has version " + version + " but its row is " + rows.group());
      count++;
    }
    assertTrue(count >= 12, "rows: " + count);
  }

  @Test
  void notice_namesTheLicenceOfEveryJar() throws IOException {
    Map<String, String> licences = licences("moe-bench");
    licences.keySet().removeIf(name -> name.startsWith("io.github.moe4j:"));
    TreeMap<String, TreeSet<String>> byLicence = new TreeMap<>();
    licences.forEach((name, texts) -> byLicence
        .computeIfAbsent(allowed(name, texts), licence -> new TreeSet<>())
        .add(name));
    String list = byLicence.entrySet().stream()
        .map(entry -> "\n  %s:\n%s"
            .formatted(
                entry.getKey(),
                entry.getValue().stream()
                    .map(name -> "    " + name + "\n")
                    .collect(Collectors.joining())))
        .collect(Collectors.joining());
    String notice = Files.readString(NOTICE);
    String expected = notice.substring(0, notice.indexOf(NOTICE_TITLE)) + NOTICE_TITLE + list;
    if (WRITE) {
      Files.writeString(NOTICE, expected);
    }
    assertEquals(expected, Files.readString(NOTICE));
    assertEquals(
        TREES.get("moe-jmh").keySet().stream().map(Artifact::name).sorted().toList(),
        List.copyOf(licences.keySet()),
        "moe-bench comes with what moe-jmh does");
  }

  @Test
  void licences_ofDeeplearning4j_areAllowed() throws IOException {
    Map<String, String> licences = licences("moe-dl4j");
    licences.forEach(ThirdPartyTest::allowed);
    TREES
        .get("moe-dl4j")
        .keySet()
        .forEach(artifact -> assertTrue(licences.containsKey(artifact.name()), artifact.name()));
  }

  private static Map<String, String> licences(String module) throws IOException {
    return ThirdParty.licences(
        Files.readAllLines(ROOT.resolve(module).resolve("target/licences.txt")));
  }

  private static String allowed(String artifact, String licences) {
    return ALLOWED.entrySet().stream()
        .filter(entry ->
            entry.getValue().stream().anyMatch(name -> licences.contains("(" + name + ")")))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError(artifact + " has none of the allowed licences: " + licences))
        .getKey();
  }

  @Test
  void tree_ofMavensList_hasArtifactsWithoutClassifier() {
    assertEquals(
        Map.of(
            new Artifact("org.bytedeco:javacpp", "1.5.13"), false,
            new Artifact("org.hdrhistogram:HdrHistogram", "2.2.2"), true),
        ThirdParty.tree(List.of(
            "The following files have been resolved:",
            "   org.bytedeco:javacpp:jar:1.5.13:compile -- module org.bytedeco.javacpp",
            "   org.bytedeco:javacpp:jar:linux-x86_64:1.5.13:compile",
            "   org.hdrhistogram:HdrHistogram:jar:2.2.2:runtime (optional) -- module x",
            "   org.junit.jupiter:junit-jupiter:jar:6.1.3:test")));
  }

  @Test
  void licences_ofTheList_keepBrackets() {
    String line = "     (Apache License, Version 2.0) (GNU General Public License (GPL) version 2)"
        + " JavaCPP (x) (org.bytedeco:javacpp:1.5.13 - http://bytedeco.org/javacpp/)";
    Map<String, String> licences = ThirdParty.licences(List.of("Lists of 1 dependencies.", line));
    assertTrue(licences.get("org.bytedeco:javacpp").contains("(Apache License, Version 2.0)"));
    assertEquals(
        "Apache License, Version 2.0", allowed("javacpp", licences.get("org.bytedeco:javacpp")));
  }
}
