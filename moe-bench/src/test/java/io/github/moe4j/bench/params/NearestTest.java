package io.github.moe4j.bench.params;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
  @Test
  void edits_countsInsertedLeftOutAndChanged() {
    assertEquals(3, Nearest.edits("kitten", "sitting"));
    assertEquals(4, Nearest.edits("", "four"));
    assertEquals(0, Nearest.edits("same", "same"));
  }

  @Test
  void to_equallyNear_isTheFirst() {
    assertEquals("ab", Nearest.to("ac", List.of("xyz", "ab", "ad")));
  }
}
