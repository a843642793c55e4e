package io.github.moe4j.bench.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs every Java snippet of the README and the guides, and compares its output. */
class DocSnippetsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern SNIPPET = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern FILE =
      Pattern.compile("```java (\\S+\\.java)\\n(.*?)```", Pattern.DOTALL);
  private static final Path EXAMPLES = Path.of("src/test/java/io/github/moe4j/examples");
  private static final Pattern BESIDE_EXAMPLES =
      Pattern.compile("(package-info|Printed|\\w+Test)\\.java");

  @TempDir
  Path classes;

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      top.filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
      docs.filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
    }
    pages.sort(null);
    return pages;
  }

  @TestFactory
  List<DynamicTest> snippets_ofAllPages_printWhatTheyShow() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path page : pages()) {
      Matcher matcher = SNIPPET.matcher(Files.readString(page));
      for (int i = 1; matcher.find(); i++) {
        String code = matcher.group(1);
        String name = ROOT.relativize(page) + " snippet " + i;
        Path folder = Files.createDirectory(classes.resolve("snippet" + tests.size()));
        tests.add(DynamicTest.dynamicTest(name, () -> requireShown(name, code, folder)));
      }
    }
    assertTrue(tests.size() >= 4, "expected snippets but found " + tests.size());
    return tests;
  }

  private static void requireShown(String name, String code, Path folder) throws Exception {
    ShownOutput shown = new ShownOutput(code);
    Snippet.run(code, folder, shown::add);
    assertEquals(List.of(), shown.faults(), name);
  }

  @Test
  void files_shownOnPages_areThoseThatTheBuildCompilesAndTests() throws IOException {
    Set<String> shown = new TreeSet<>();
    for (Path page : pages()) {
      Matcher matcher = FILE.matcher(Files.readString(page));
      while (matcher.find()) {
        shown.add(matcher.group(1));
        String source = Files.readString(EXAMPLES.resolve(matcher.group(1)));
        assertEquals(source, matcher.group(2), ROOT.relativize(page).toString());
      }
    }
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      List<String> hidden = files
          .map(file -> file.getFileName().toString())
          .filter(
              name -> !shown.contains(name) && !BESIDE_EXAMPLES.matcher(name).matches())
          .toList();
      assertEquals(List.of(), hidden, "examples that no page shows");
    }
  }

  @Test
  void tutorialRouter_isShort() throws IOException {
    long lines = Files.readAllLines(EXAMPLES.resolve("ThresholdRule.java")).size();
    assertTrue(lines < 60, "the router of the tutorial has " + lines + " lines");
  }

  @Test
  void firstLayer_isShort() throws IOException {
    String source = Files.readString(EXAMPLES.resolve("FirstLayer.java"));
    long lines = source.substring(source.indexOf("void main")).lines().count() - 3; // braces, head
    assertTrue(lines <= 30, "main of the first example has " + lines + " lines");
  }
}
