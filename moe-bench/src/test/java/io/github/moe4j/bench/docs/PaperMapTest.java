package io.github.moe4j.bench.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds the paper map against code, tests and pages; {@link DocLinksTest} follows its links. */
class PaperMapTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path DOCS = ROOT.resolve("docs");
  private static final Path MAP = DOCS.resolve("papers.md");
  private static final Path CONFORMANCE =
      ROOT.resolve("moe-conformance/src/main/java/io/github/moe4j/conformance/family");
  private static final Path CASES =
      ROOT.resolve("moe-conformance/src/main/resources/io/github/moe4j/conformance/cases");
  private static final Pattern ARXIV =
      Pattern.compile("arXiv[\\s*]+(\\d{4}\\.\\d{5})|arxiv\\.org/abs/(\\d{4}\\.\\d{5})");
  private static final Pattern REPOSITORY = Pattern.compile("\"repository\": *\"([^\"]+)\"");

  private List<PaperMap.Row> rows = List.of();

  @BeforeEach
  void readMap() throws IOException {
    rows = PaperMap.rowsOf(MAP);
    assertTrue(rows.size() > 50, "expected rows but found " + rows.size());
  }

  @Test
  void rows_all_haveClassTestAndPage() {
    List<String> poor = rows.stream()
        .filter(r -> r.classes().isEmpty() || r.tests().isEmpty() || r.pages().isEmpty())
        .map(r -> "docs/papers.md:" + r.line() + " " + r.cells())
        .toList();
    assertEquals(List.of(), poor);
  }

  @Test
  void classes_ofEachRow_areUsedByItsTests() throws IOException {
    String families = textOf(CONFORMANCE, ".java");
    List<String> unused = new ArrayList<>();
    for (PaperMap.Row row : rows) {
      StringBuilder tests = new StringBuilder();
      for (String test : row.tests()) {
        tests.append(Files.readString(DOCS.resolve(test)));
        tests.append(test.endsWith("/ConformanceTest.java") ? families : "");
      }
      for (String source : row.classes()) {
        String name = simpleName(source);
        if (!Pattern.compile("\\b" + name + "\\b").matcher(tests).find()) {
          unused.add("docs/papers.md:" + row.line() + " " + name);
        }
      }
    }
    assertEquals(List.of(), unused);
  }

  @Test
  void labels_ofClassesAndTests_areTheirNames() throws IOException {
    Matcher matcher =
        Pattern.compile("\\[([^\\]]+)\\]\\(([^)]+\\.java)\\)").matcher(Files.readString(MAP));
    List<String> wrong = new ArrayList<>();
    while (matcher.find()) {
      if (!matcher.group(1).equals(simpleName(matcher.group(2)))) {
        wrong.add(matcher.group());
      }
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void papers_all_haveALinkAndAreSortedByYear() throws IOException {
    List<Integer> years = new ArrayList<>();
    for (PaperMap.Row row : rows) {
      if (row.cells().get(0).matches("\\d{4}")) {
        years.add(Integer.valueOf(row.cells().get(0)));
        assertTrue(
            row.links().get(0).startsWith("https://"), "no paper: docs/papers.md:" + row.line());
        for (String number : numbers(row.cells().get(1))) {
          assertEquals(
              row.cells().get(0), "20" + number.substring(0, 2), "docs/papers.md:" + row.line());
        }
      }
    }
    assertTrue(years.size() > 30, years.toString());
    assertEquals(years.stream().sorted().toList(), years);
  }

  @Test
  void papers_namedInSourcesAndOnPages_areOnTheMap() throws IOException {
    Set<String> mapped = numbers(Files.readString(MAP));
    Set<String> named = numbers(textOf(DOCS, ".md"));
    for (Path sources : mainSources()) {
      named.addAll(numbers(textOf(sources, ".java")));
    }
    assertTrue(named.size() > 25, named.toString());
    Set<String> missing = new TreeSet<>(named);
    missing.removeAll(mapped);
    assertEquals(Set.of(), missing, "not on the map");
    mapped.removeAll(named);
    assertEquals(Set.of(), mapped, "on the map alone");
  }

  /** The main sources of every module. */
  private static List<Path> mainSources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      List<Path> sources = modules
          .map(module -> module.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .toList();
      assertTrue(sources.size() >= 9, sources.toString());
      assertTrue(sources.contains(ROOT.resolve("moe-dl4j/src/main/java")), sources.toString());
      return sources;
    }
  }

  @Test
  void repositories_ofRecordedCases_areOnTheMap() throws IOException {
    String map = Files.readString(MAP);
    Set<String> missing = new TreeSet<>();
    Matcher matcher = REPOSITORY.matcher(textOf(CASES, ".json"));
    int found = 0;
    for (; matcher.find(); found++) {
      if (!map.contains("https://github.com/" + matcher.group(1) + ")")) {
        missing.add(matcher.group(1));
      }
    }
    assertTrue(found > 100, "repositories of cases: " + found);
    assertEquals(Set.of(), missing);
  }

  @Test
  void pages_ofRoutersAndLosses_areInARowOfTheMap() throws IOException {
    Set<Path> mapped = rows.stream()
        .flatMap(r -> r.pages().stream())
        .map(page -> DOCS.resolve(page).normalize())
        .collect(Collectors.toSet());
    List<String> missing = new ArrayList<>();
    for (String folder : List.of("routers", "balance")) {
      try (Stream<Path> pages = Files.list(DOCS.resolve(folder))) {
        pages
            .filter(p -> p.toString().endsWith(".md") && !p.endsWith("README.md"))
            .filter(p -> !mapped.contains(p))
            .forEach(p -> missing.add(ROOT.relativize(p).toString()));
      }
    }
    assertEquals(List.of(), missing);
  }

  private static String simpleName(String source) {
    return source.substring(source.lastIndexOf('/') + 1).replace(".java", "");
  }

  private static Set<String> numbers(String text) {
    Set<String> numbers = new TreeSet<>();
    Matcher matcher = ARXIV.matcher(text);
    while (matcher.find()) {
      numbers.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
    }
    return numbers;
  }

  private static String textOf(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(f -> f.toString().endsWith(suffix) && !f.equals(MAP))
          .sorted()
          .map(PaperMapTest::read)
          .collect(Collectors.joining("\n"));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
