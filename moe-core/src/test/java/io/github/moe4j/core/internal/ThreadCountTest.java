package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadCountTest {
  @Test
  void size_property_itsNumberElseThatOfProcessors() {
    assertEquals(3, ThreadCount.of("3").size());
    assertEquals(
        Runtime.getRuntime().availableProcessors(), ThreadCount.of(null).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "2.5", "many", "100000"})
  void size_noSuchNumber_saysPropertyAndValue(String wrong) {
    ThreadCount count = ThreadCount.of(wrong);
    for (int i = 0; i < 2; i++) { // each time, not only the first
      var error = assertThrows(IllegalArgumentException.class, count::size);
      assertEquals("-Dmoe4j.threads must be in [1, 99999] but was " + wrong, error.getMessage());
    }
  }
}
