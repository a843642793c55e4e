package io.github.moe4j.bench.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.conformance.CaseFile;
import io.github.moe4j.conformance.family.Families;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The numbers of cases, families and repositories on pages are those of what is shipped. */
class ConformanceCountsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path CASES =
      ROOT.resolve("moe-conformance/src/main/resources/io/github/moe4j/conformance/cases");
  private static final Pattern REPOSITORY = Pattern.compile("\"repository\": *\"([^\"]+)\"");

  private static void assertNumbers(String file, String pattern, int... expected)
      throws IOException {
    String page = Files.readString(ROOT.resolve(file)).replaceAll("\\s+", " ");
    Matcher matcher = Pattern.compile(pattern).matcher(page);
    assertTrue(matcher.find(), file + " must have " + pattern);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], Integer.parseInt(matcher.group(i + 1)), file + ": " + pattern);
    }
  }

  private static int folders() throws IOException {
    try (Stream<Path> all = Files.list(CASES.resolveSibling("checkpoints"))) {
      return (int) all.filter(Files::isDirectory).count();
    }
  }

  @Test
  void pages_numbers_areThoseOfTheShippedCases() throws IOException {
    List<CaseFile> cases = CaseFile.in(CASES);
    assertNumbers("README.md", "folders: all (\\d+) and (\\d+) pass", cases.size(), folders());
    assertNumbers("docs/conformance.md", "all (\\d+) pass", cases.size());
    Path own = ROOT.relativize(CASES.resolve("README.md"));
    assertNumbers(own.toString(), "has (\\d+) cases", cases.size());
  }

  @Test
  void pages_numbers_areThoseOfFamiliesAndRepositories() throws IOException {
    int families = Families.all().size();
    Set<String> repositories = new TreeSet<>();
    for (CaseFile file : CaseFile.in(CASES)) {
      Matcher matcher = REPOSITORY.matcher(Files.readString(CASES.resolve(file.name() + ".json")));
      while (matcher.find()) {
        repositories.add(matcher.group(1));
      }
    }
    assertNumbers("docs/conformance.md", "All (\\d+) recorded families", families);
    assertNumbers(
        "README.md",
        "(\\d+) families of reference cases from (\\d+) repositories",
        families,
        repositories.size());
  }
}
