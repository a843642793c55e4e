package io.github.moe4j.lab.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorpusTest {

  private static final Corpus SMALL =
      new Corpus(List.of(domain("a", 40), domain("b", 2), domain("ç ☃", 7)));

  @Test
  void new_repeatedLines_keepsTheFirstOfEach() {
    Corpus corpus = new Corpus(
        List.of(new Domain("x", List.of("1", "2", "1")), new Domain("y", List.of("2", "3", "4"))));

    assertEquals(List.of("1", "2"), corpus.domains().get(0).lines());
    assertEquals(List.of("3", "4"), corpus.domains().get(1).lines());
  }

  @Test
  void new_tooFewLinesOfItsOwn_namesTheDomain() {
    Domain first = new Domain("x", List.of("1", "2"));
    Domain same = new Domain("copy", List.of("2", "1", "3"));

    var e = assertThrows(CorpusException.class, () -> new Corpus(List.of(first, same)));

    assertEquals(
        "copy: needs at least 2 different lines, none of them in the domains before it, but has 1",
        e.getMessage());
  }

  @Test
  void new_noDomains_isRefused() {
    assertThrows(CorpusException.class, () -> new Corpus(List.of()));
  }

  @Test
  void split_anySeed_keepsEveryLineOnceAndInOrder() {
    for (long seed = 0; seed < 20; seed++) {
      Split split = SMALL.split(seed, 0.25);
      for (int domain = 0; domain < SMALL.domains().size(); domain++) {
        List<String> train = lines(split.train(), domain);
        List<String> validation = lines(split.validation(), domain);
        List<String> all = SMALL.domains().get(domain).lines();

        assertFalse(train.isEmpty());
        assertFalse(validation.isEmpty());
        assertTrue(Collections.disjoint(train, validation));
        assertEquals(all.stream().filter(train::contains).toList(), train);
        assertEquals(all.stream().filter(validation::contains).toList(), validation);
        assertEquals(all.size(), train.size() + validation.size());
      }
    }
  }

  @Test
  void split_share_isRoundedPerDomain() {
    Split split = SMALL.split(1, 0.25);

    // 40 · 0.25 = 10; 2 · 0.25 = 0.5 → 1; 7 · 0.25 = 1.75 → 2
    assertEquals(10, lines(split.validation(), 0).size());
    assertEquals(1, lines(split.validation(), 1).size());
    assertEquals(2, lines(split.validation(), 2).size());
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 0.999999})
  void split_extremeShare_leavesALineInBothParts(double share) {
    Split split = SMALL.split(3, share);

    for (int domain = 0; domain < 3; domain++) {
      assertFalse(lines(split.train(), domain).isEmpty());
      assertFalse(lines(split.validation(), domain).isEmpty());
    }
  }

  @Test
  void split_sameSeed_isTheSame() {
    assertEquals(text(SMALL.split(7, 0.3).train()), text(SMALL.split(7, 0.3).train()));
    assertNotEquals(text(SMALL.split(7, 0.3).train()), text(SMALL.split(8, 0.3).train()));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, 1.1, Double.NaN})
  void split_shareOutOfRange_isRefused(double share) {
    assertThrows(IllegalArgumentException.class, () -> SMALL.split(1, share));
  }

  @Test
  void displayNames_thisRuntime_hasManyLanguagesOfRealText() {
    Corpus corpus = DisplayNamesOnce.CORPUS;
    Set<String> names = new HashSet<>(corpus.domainNames());

    assertTrue(names.size() >= 80, () -> "languages: " + corpus.domainNames());
    assertEquals(corpus.domains().size(), names.size());
    assertTrue(names.containsAll(List.of("de German", "en English", "ja Japanese", "hi Hindi")));
    assertTrue(names.contains("sr-Latn Serbian (Latin)"));
    assertEquals(corpus.domainNames().stream().sorted().toList(), corpus.domainNames());
    for (Domain domain : corpus.domains()) {
      assertTrue(domain.characters() >= DisplayNames.MIN_CHARACTERS * 0.9, domain::name);
      assertTrue(domain.lines().stream().allMatch(line -> line.length() <= 400), domain::name);
    }
    List<String> german = corpus.domains().stream()
        .filter(domain -> domain.name().equals("de German"))
        .flatMap(domain -> domain.lines().stream())
        .flatMap(line -> Arrays.stream(line.split(", ")))
        .toList();
    assertTrue(german.containsAll(List.of("Frankreich", "Baskisch", "Mittwoch", "Kyrillisch")));
    // The same word in English, so it may as well be a fallback.
    assertFalse(german.contains("Afghanistan"));
  }

  @Test
  void displayNames_twice_isTheSameTextAndValidUtf8() {
    Corpus corpus = DisplayNamesOnce.CORPUS;

    assertEquals(corpus, Corpus.displayNames());
    TextData train = corpus.split(1, 0.1).train();
    assertEquals(
        train.size(),
        new String(train.bytes(), StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8).length);
    assertFalse(new String(train.bytes(), StandardCharsets.UTF_8).contains("\uFFFD"));
  }

  /** Takes some seconds, so only once and only if a test asks. */
  private static final class DisplayNamesOnce {
    static final Corpus CORPUS = Corpus.displayNames();
  }

  private static Domain domain(String name, int lines) {
    return new Domain(
        name, IntStream.range(0, lines).mapToObj(i -> name + " line " + i).toList());
  }

  private static String text(TextData data) {
    return new String(data.bytes(), StandardCharsets.UTF_8);
  }

  /** The lines of one domain, taken back from the bytes. */
  private static List<String> lines(TextData data, int domain) {
    byte[] bytes = data.bytes();
    int[] domains = data.domains();
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        if (domains[i] == domain) {
          lines.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
        }
        start = i + 1;
      }
    }
    assertEquals(bytes.length, start, "the text must end with a line end");
    return lines;
  }
}
