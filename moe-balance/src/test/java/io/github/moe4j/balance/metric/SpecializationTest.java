package io.github.moe4j.balance.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Hand-worked: five tokens, two domains, three experts, one or two choices.
 *
 * <pre>
 * token  domain  choices
 * 0      0       0, 1
 * 1      0       0
 * 2      1       2
 * 3      0       0
 * 4      1       1, 2
 * n_de:  domain 0: 3, 1, 0; domain 1: 0, 1, 2
 * </pre>
 */
@ExtendWith(Seeds.class)
class SpecializationTest {
  private static final int[][] CHOICE = {{0, 1}, {0}, {2}, {0}, {1, 2}};
  private static final int[] DOMAIN = {0, 0, 1, 0, 1};

  private static RouterDecision decision(int experts, int[][] choice, TokenMask mask) {
    double[] logits = new double[mask.tokens() * experts];
    return Decisions.chosen(logits, experts, choice, mask, Math.max(1, mask.tokens()));
  }

  private static Specialization handWorked() {
    return Specialization.of(decision(3, CHOICE, TokenMask.none(5)), DOMAIN, 2);
  }

  /** One choice a token. */
  private static Specialization of(int experts, int[] choice, int[] domain, int domains) {
    int[][] each = Arrays.stream(choice).mapToObj(e -> new int[] {e}).toArray(int[][]::new);
    return Specialization.of(
        decision(experts, each, TokenMask.none(choice.length)), domain, domains);
  }

  private static long[][] counts(Specialization of) {
    long[][] counts = new long[of.domains()][of.experts()];
    for (int d = 0; d < counts.length; d++) {
      for (int e = 0; e < counts[d].length; e++) {
        counts[d][e] = of.count(d, e);
      }
    }
    return counts;
  }

  private static String refusal(int[] domainOfToken, int domains, TokenMask mask) {
    RouterDecision decision = decision(2, new int[mask.tokens()][1], mask);
    return assertThrows(
            IllegalArgumentException.class,
            () -> Specialization.of(decision, domainOfToken, domains))
        .getMessage();
  }

  @Test
  void of_handWorked_countsAndShares() {
    Specialization actual = handWorked();
    assertEquals(2, actual.domains());
    assertEquals(3, actual.experts());
    assertArrayEquals(new long[][] {{3, 1, 0}, {0, 1, 2}}, counts(actual));
    // of 4 and of 3 assignments
    assertEquals(0.75, actual.share(0, 0));
    assertEquals(0.25, actual.share(0, 1));
    assertEquals(0, actual.share(0, 2));
    assertEquals(2 / 3.0, actual.share(1, 2));
  }

  @Test
  void mutualInformation_handWorked() {
    // N = 7, n_d = 4, 3, n_e = 3, 2, 2:
    // 3/7·ln(3·7/(4·3)) + 1/7·ln(1·7/(4·2)) + 1/7·ln(1·7/(3·2)) + 2/7·ln(2·7/(3·2))
    double expected =
        (3 * Math.log(7 / 4.0) + Math.log(7 / 8.0) + Math.log(7 / 6.0) + 2 * Math.log(7 / 3.0)) / 7;
    assertEquals(expected, handWorked().mutualInformation(), 1e-15);
  }

  @Test
  void of_padding_countsForNothing() {
    // tokens 0 and 4 are padding, of domains that do not exist
    TokenMask mask = TokenMask.of(false, true, true, true, false);
    Specialization actual =
        Specialization.of(decision(3, CHOICE, mask), new int[] {-1, 0, 1, 0, 99}, 2);
    assertArrayEquals(new long[][] {{2, 0, 0}, {0, 0, 1}}, counts(actual));
  }

  @Test
  void of_expertListedTwice_countsTwice() {
    Specialization actual = Specialization.of(
        decision(2, new int[][] {{1, 1, 0}}, TokenMask.none(1)), new int[] {0}, 1);
    assertArrayEquals(new long[][] {{1, 2}}, counts(actual));
  }

  @Test
  void share_balanced_oneOverE() {
    Specialization actual = of(2, new int[] {0, 1, 1, 0}, new int[] {0, 0, 1, 1}, 2);
    for (int d = 0; d < 2; d++) {
      for (int e = 0; e < 2; e++) {
        assertEquals(0.5, actual.share(d, e));
      }
    }
    assertEquals(0, actual.mutualInformation());
  }

  @Test
  void share_collapsed_oneAndZero() {
    Specialization actual = of(3, new int[] {1, 1, 1}, new int[] {0, 1, 0}, 2);
    assertArrayEquals(new long[][] {{0, 2, 0}, {0, 1, 0}}, counts(actual));
    assertEquals(1, actual.share(1, 1));
    assertEquals(0, actual.share(1, 0));
    assertEquals(0, actual.mutualInformation());
  }

  @Test
  void mutualInformation_domainsWithExpertsOfTheirOwn_logOfDomains() {
    // domain 0 has experts 0 and 1, domain 1 has 2 and 3; both as large: ln 2 < ln 4
    Specialization actual = of(4, new int[] {0, 1, 2, 3}, new int[] {0, 0, 1, 1}, 2);
    assertEquals(Math.log(2), actual.mutualInformation(), 1e-15);
  }

  @Test
  void mutualInformation_expertsWithDomainsOfTheirOwn_logOfE() {
    // expert 0 has domains 0 and 1, expert 1 has 2 and 3: ln 2 < ln 4
    Specialization actual = of(2, new int[] {0, 0, 1, 1}, new int[] {0, 1, 2, 3}, 4);
    assertEquals(Math.log(2), actual.mutualInformation(), 1e-15);
  }

  @Test
  void mutualInformation_randomCounts_withinBounds() {
    SplittableRandom random = Seeds.random(1);
    for (int size : new int[] {1, 3, 17, 100}) {
      int[] choice = random.ints(size, 0, 5).toArray();
      int[] domain = random.ints(size, 0, 3).toArray();
      double nats = of(5, choice, domain, 3).mutualInformation();
      assertTrue(nats >= 0 && nats <= Math.log(3) + 1e-14, "was " + nats);
    }
  }

  @Test
  void mutualInformation_sameSpreadInAllDomains_neverBelowZero() {
    // the same spread in domains of size 3, 7 and 11 times it: ratios of 1 up to rounding
    int[] spread = {0, 0, 0, 1, 2, 2};
    Specialization sum = Specialization.none(3, 3);
    int[] times = {3, 7, 11};
    for (int d = 0; d < 3; d++) {
      int[] domain = new int[spread.length];
      Arrays.fill(domain, d);
      for (int i = 0; i < times[d]; i++) {
        sum = sum.plus(of(3, spread, domain, 3));
      }
    }
    double nats = sum.mutualInformation();
    assertTrue(nats >= 0 && nats < 1e-15, "was " + nats);
  }

  @Test
  void of_nothing_zeros() {
    RouterDecision noTokens = decision(2, new int[0][], TokenMask.none(0));
    for (Specialization empty : new Specialization[] {
      Specialization.none(2, 2),
      Specialization.of(noTokens, new int[0], 2),
      Specialization.of(decision(2, new int[][] {{0}}, TokenMask.of(false)), new int[] {0}, 2)
    }) {
      assertArrayEquals(new long[2][2], counts(empty));
      assertEquals(0, empty.share(1, 1));
      assertEquals(0, empty.mutualInformation());
    }
  }

  @Test
  void of_oneExpertOrOneDomain_noInformation() {
    assertEquals(0, of(1, new int[] {0, 0}, new int[] {0, 1}, 2).mutualInformation());
    assertEquals(0, of(2, new int[] {0, 1}, new int[] {0, 0}, 1).mutualInformation());
  }

  @Test
  void of_domains_neitherChangedNorKept() {
    int[] domain = DOMAIN.clone();
    Specialization actual = Specialization.of(decision(3, CHOICE, TokenMask.none(5)), domain, 2);
    assertArrayEquals(DOMAIN, domain);
    Arrays.fill(domain, 0);
    assertEquals(2, actual.count(1, 2));
  }

  @Test
  void plus_partsOfABatch_wholeBatch() {
    for (int tokens : new int[] {0, 1, 3, 17}) {
      double[] logits = RandomArrays.normal(Seeds.random(1), (tokens + 3) * 5);
      int[] domain = Seeds.random(2).ints(tokens + 3, 0, 4).toArray();
      Specialization first = part(logits, domain, 0, tokens);
      long[][] before = counts(first);
      Specialization sum =
          Specialization.none(4, 5).plus(first).plus(part(logits, domain, tokens, tokens + 3));
      Specialization whole = part(logits, domain, 0, tokens + 3);
      assertArrayEquals(counts(whole), counts(sum));
      assertEquals(whole.mutualInformation(), sum.mutualInformation());
      assertArrayEquals(before, counts(first));
    }
  }

  private static Specialization part(double[] logits, int[] domain, int from, int to) {
    double[] rows = Arrays.copyOfRange(logits, from * 5, to * 5);
    RouterDecision decision = Decisions.topK(rows, 5, 2, TokenMask.none(to - from));
    return Specialization.of(decision, Arrays.copyOfRange(domain, from, to), 4);
  }

  @Test
  void of_domainOutside_saysToken() {
    TokenMask two = TokenMask.none(2);
    assertEquals(
        "domain of token 1 must be in [0, 2) but was 2", refusal(new int[] {0, 2}, 2, two));
    assertEquals(
        "domain of token 0 must be in [0, 2) but was -1", refusal(new int[] {-1, 0}, 2, two));
  }

  @Test
  void of_otherLength_saysBoth() {
    assertEquals(
        "domainOfToken must have length 2 but has 1", refusal(new int[] {0}, 2, TokenMask.none(2)));
  }

  @Test
  void of_noDomains_saysHowMany() {
    assertEquals(
        "domains must be at least 1 but was 0", refusal(new int[] {0}, 0, TokenMask.none(1)));
    var error = assertThrows(IllegalArgumentException.class, () -> Specialization.none(-1, 2));
    assertEquals("domains must be at least 1 but was -1", error.getMessage());
    error = assertThrows(IllegalArgumentException.class, () -> Specialization.none(2, 0));
    assertEquals("experts must be at least 1 but was 0", error.getMessage());
  }

  @Test
  void plus_otherShape_saysBoth() {
    var error = assertThrows(
        IllegalArgumentException.class,
        () -> Specialization.none(2, 3).plus(Specialization.none(3, 3)));
    assertEquals(
        "specializations must have the same numbers of domains and experts: [2, 3] != [3, 3]",
        error.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> Specialization.none(2, 3).plus(Specialization.none(2, 4)));
  }

  @Test
  void count_outside_saysWhich() {
    Specialization none = Specialization.none(2, 3);
    var error = assertThrows(IllegalArgumentException.class, () -> none.share(2, 0));
    assertEquals("domain must be in [0, 2) but was 2", error.getMessage());
    error = assertThrows(IllegalArgumentException.class, () -> none.count(1, 3));
    assertEquals("expert must be in [0, 3) but was 3", error.getMessage());
  }
}
