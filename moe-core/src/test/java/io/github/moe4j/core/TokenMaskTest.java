package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TokenMaskTest {
  @Test
  void of_flags_countsRealTokens() {
    TokenMask mask = TokenMask.of(true, false, true, true);
    assertEquals(4, mask.tokens());
    assertEquals(3, mask.validTokens());
    assertEquals(1, mask.validTokens(0, 2));
    assertEquals(2, mask.validTokens(2, 4));
    assertEquals(0, mask.validTokens(1, 1));
    assertTrue(mask.valid(0));
    assertFalse(mask.valid(1));
    assertFalse(mask.allValid());
  }

  @Test
  void of_flagsChangedAfterwards_notSeen() {
    boolean[] flags = {true, true};
    TokenMask mask = TokenMask.of(flags);
    flags[0] = false;
    assertTrue(mask.valid(0));
  }

  @Test
  void none_anyLength_allReal() {
    assertEquals(3, TokenMask.none(3).validTokens());
    assertTrue(TokenMask.none(3).allValid());
    assertTrue(TokenMask.none(0).allValid());
  }

  @Test
  void none_andFlagsThatAreAllTrue_equal() {
    TokenMask none = TokenMask.none(3);
    TokenMask flags = TokenMask.of(true, true, true);
    assertEquals(none, flags);
    assertEquals(none.hashCode(), flags.hashCode());
    assertNotEquals(none, TokenMask.none(4));
    assertNotEquals(none, TokenMask.of(true, false, true));
    assertArrayEquals(new int[] {1, 2}, none.validIndices(1, 3));
    assertEquals(2, none.validTokens(1, 3));
  }

  @Test
  void hashCode_masksOfManyLengths_differ() {
    Set<Integer> hashes = new HashSet<>();
    for (int tokens = 0; tokens < 100; tokens++) {
      hashes.add(TokenMask.none(tokens).hashCode());
    }
    assertEquals(100, hashes.size());
  }

  @Test
  void valid_outsideTheBatch_refused() {
    assertThrows(IndexOutOfBoundsException.class, () -> TokenMask.none(3).valid(3));
    assertThrows(IndexOutOfBoundsException.class, () -> TokenMask.none(3).valid(-1));
    assertThrows(
        IndexOutOfBoundsException.class, () -> TokenMask.of(true, false).valid(2));
  }

  @Test
  void none_negative_saysWhatItWas() {
    var error = assertThrows(IllegalArgumentException.class, () -> TokenMask.none(-1));
    assertEquals("tokens must be at least 0 but was -1", error.getMessage());
  }
}
