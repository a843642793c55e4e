package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.Corpus;
import io.github.moe4j.lab.text.Domain;
import io.github.moe4j.lab.text.Scripts;
import io.github.moe4j.lab.text.Split;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleWindowsTest {
  private static Domain domain(String name, String line, int lines) {
    return new Domain(
        name, IntStream.range(0, lines).mapToObj(i -> name + line + i).toList());
  }

  private static List<Integer> domainsShown(Domain... domains) {
    Split split = new Corpus(List.of(domains)).split(1, 0.5);
    Batch all = split.validation().windows(16, 1000);
    List<Integer> windows = SampleWindows.of(all, Scripts.of(split));
    assertEquals(windows.size(), windows.stream().distinct().count());
    return windows.stream().map(row -> all.domains()[row * 16]).toList();
  }

  @Test
  void of_severalScripts_takesEachInTurn() {
    // Most bytes are Latin, then Cyrillic, then Greek; of the Latin domains the second has most
    // windows.
    assertEquals(
        List.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0, 0),
        domainsShown(
            domain("a", "abcdefghijklmno", 60),
            domain("b", "abcdefghijklmno", 80),
            domain("c", "абвгдежзийк", 50),
            domain("d", "αβγδεζηθικλ", 30)));
  }

  @Test
  void of_oneDomain_takesTwelveWindows() {
    assertEquals(Collections.nCopies(12, 0), domainsShown(domain("a", "abcdefghijklmno", 60)));
  }

  @Test
  void of_manyDomains_takesTwoWindowsOfSix() {
    Domain[] domains = new Domain[9];
    for (int i = 0; i < 9; i++) {
      domains[i] = domain("d" + i, "abcdefghijklmno", 100 - 6 * i);
    }
    assertEquals(List.of(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5), domainsShown(domains));
  }

  @Test
  void of_windowsWithinACharacter_takesNone() {
    Split split = new Corpus(List.of(domain("a", "कककककककक", 20))).split(1, 0.5);
    Batch all = split.validation().windows(2, 1000);
    for (int row : SampleWindows.of(all, Scripts.of(split))) {
      // Two bytes hold no letter of three.
      assertTrue(Arrays.stream(all.slice(row, row + 1).tokens()).anyMatch(b -> b < 128));
    }
  }
}
