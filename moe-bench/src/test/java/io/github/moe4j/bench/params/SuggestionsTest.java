package io.github.moe4j.bench.params;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionsTest {
  @Test
  void edits_countsInsertedLeftOutAndChanged() {
    assertEquals(3, Suggestions.edits("kitten", "sitting"));
    assertEquals(4, Suggestions.edits("", "four"));
    assertEquals(0, Suggestions.edits("same", "same"));
  }

  @Test
  void to_equallyNear_isTheFirst() {
    assertEquals("ab", Suggestions.to("ac", List.of("xyz", "ab", "ad")));
  }
}
