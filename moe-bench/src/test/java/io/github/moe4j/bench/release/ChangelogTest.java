package io.github.moe4j.bench.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The changelog has the form of Keep a Changelog, and a release moves its newest entries. */
class ChangelogTest {
  private static final String FIRST = """
      # Changelog

      ## [Unreleased]

      ### Added

      - A router.

      ### Fixed

      - A loss.

      [Unreleased]: https://github.com/moe4j/moe4j/commits/main
      """;
  private static final String RELEASED = """
      # Changelog

      ## [Unreleased]

      ## [0.1.0] - 2026-11-30

      ### Added

      - A router.

      ### Fixed

      - A loss.

      [Unreleased]: https://github.com/moe4j/moe4j/compare/v0.1.0...HEAD
      [0.1.0]: https://github.com/moe4j/moe4j/releases/tag/v0.1.0
      """;
  private static final String LATER =
      RELEASED.replace("[Unreleased]\n\n", "[Unreleased]\n\n### Changed\n\n- A loss.\n\n");

  @Test
  void changelog_hasTheForm() throws IOException {
    String text = Files.readString(Path.of("..", "CHANGELOG.md"));
    assertEquals(List.of(), Changelog.faults(text));
    assertTrue(text.contains("## [Unreleased]"), text);
  }

  @Test
  void release_first_movesAllEntries() {
    assertEquals(RELEASED, Changelog.release(FIRST, "0.1.0", "2026-11-30"));
    assertEquals(List.of(), Changelog.faults(FIRST));
    assertEquals(List.of(), Changelog.faults(RELEASED));
  }

  @Test
  void release_second_movesTheNewestOnly() {
    String second = Changelog.release(LATER, "0.2.0", "2026-12-24");
    assertEquals(
        LATER
            .replace("[Unreleased]\n\n", "[Unreleased]\n\n## [0.2.0] - 2026-12-24\n\n")
            .replace("v0.1.0...HEAD", "v0.2.0...HEAD")
            .replace(
                "[0.1.0]: ",
                "[0.2.0]: https://github.com/moe4j/moe4j/releases/tag/v0.2.0\n[0.1.0]: "),
        second);
    assertEquals(List.of(), Changelog.faults(second));
  }

  @Test
  void release_nothingToMove_throws() {
    refused(RELEASED, "0.2.0", "nothing is under \"Unreleased\"");
    refused(LATER, "0.1.0", "the changelog has a section for 0.1.0 already");
    refused("# Changelog\n", "0.1.0", "the changelog has no section \"Unreleased\"");
    refused(
        FIRST.replace("[Unreleased]: ", "[Other]: "),
        "0.1.0",
        "the changelog has no link of \"Unreleased\"");
  }

  private static void refused(String text, String version, String message) {
    var e = assertThrows(
        IllegalArgumentException.class, () -> Changelog.release(text, version, "2026-12-24"));
    assertEquals(message, e.getMessage());
  }

  @Test
  void faults_namesEachKind() {
    found(LATER.replace("### Fixed", "### Renamed"), "0.1.0] - 2026-11-30: must be some of ");
    found(LATER.replace("### Fixed", "### Added"), "must be some of ");
    found(LATER.replace("- A router.", "- A loss."), "0.1.0] - 2026-11-30: twice: - A loss.");
    found(LATER.replace(" - 2026-11-30", ""), "must be Unreleased, or a version and its date: ");
    found(
        LATER.replace("\n[0.1.0]: ", "\n[0.1]: "), "without a link at the end of the page: 0.1.0");
    String second = Changelog.release(LATER, "0.2.0", "2026-11-01");
    found(second, "must be in order, the newest first: ## [0.1.0] - 2026-11-30");
  }

  private static void found(String text, String fault) {
    List<String> faults = Changelog.faults(text);
    assertTrue(faults.stream().anyMatch(f -> f.contains(fault)), faults.toString());
  }
}
