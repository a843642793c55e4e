package io.github.moe4j.balance.metric;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * How the tokens of each domain, such as code or prose, are distributed over the experts: {@code n_de}, the
 * assignments of domain d's tokens to expert e [domains,E]. Immutable, without gradient.
 *
 * <p>{@link #share} is {@code n_de/Σ_e n_de}. OLMoE (Muennighoff et al. 2024, arXiv 2409.02060,
 * section 5.3) divides by the domain's tokens in place of its assignments: with K choices per token,
 * its domain specialization is K times this share, and K/E where this is 1/E.
 *
 * <p>Every assignment counts, before dropping; a token that lists an expert twice counts there
 * twice, as it does in the load.
 */
public final class Specialization {
  private final long[][] counts;

  private Specialization(long[][] counts) {
    this.counts = counts;
  }

  /**
   * No assignments yet of {@code domains} domains to {@code experts} experts.
   *
   * @throws IllegalArgumentException if there are no domains or experts
   */
  public static Specialization none(int domains, int experts) {
    Require.positive("domains", domains);
    Require.positive("experts", experts);
    return new Specialization(new long[domains][experts]);
  }

  /**
   * The choices of one decision.
   *
   * @param domainOfToken domain of each token [T], in [0, domains) for real tokens; anything for
   *     padding. Not modified.
   * @param domains number of domains
   * @throws IllegalArgumentException if the length is not T, or the domain of a real token is out of range
   */
  public static Specialization of(RouterDecision decision, int[] domainOfToken, int domains) {
    Require.positive("domains", domains);
    Require.that(
        domainOfToken.length == decision.tokens(),
        "domainOfToken must have length %d but has %d",
        decision.tokens(),
        domainOfToken.length);
    for (int t = 0; t < domainOfToken.length; t++) {
      int domain = domainOfToken[t];
      if (decision.mask().valid(t) && (domain < 0 || domain >= domains)) {
        Require.that(false, "domain of token %d must be in [0, %d) but was %d", t, domains, domain);
      }
    }
    long[][] counts = new long[domains][decision.experts()];
    Assignments assignments = decision.assignments();
    for (int n = 0; n < assignments.size(); n++) {
      counts[domainOfToken[assignments.token(n)]][assignments.expert(n)]++;
    }
    return new Specialization(counts);
  }

  /**
   * The sum of both.
   *
   * @throws IllegalArgumentException if the numbers of domains or experts differ
   */
  public Specialization plus(Specialization other) {
    Require.that(
        domains() == other.domains() && experts() == other.experts(),
        "specializations must have the same numbers of domains and experts: [%d, %d] != [%d, %d]",
        domains(),
        experts(),
        other.domains(),
        other.experts());
    return new Specialization(CountTable.sum(counts, other.counts));
  }

  /** Number of domains. */
  public int domains() {
    return counts.length;
  }

  /** Number of experts E. */
  public int experts() {
    return counts[0].length;
  }

  /**
   * Number of assignments of the domain's tokens to the expert.
   *
   * @param domain in [0, domains)
   * @param expert in [0, E)
   */
  public long count(int domain, int expert) {
    CountTable.index("domain", domain, domains());
    CountTable.index("expert", expert, experts());
    return counts[domain][expert];
  }

  /**
   * Share of the domain's assignments that go to the expert, in [0,1]; 0 if the domain has none. 1/E
   * at perfect balance within the domain; at total collapse 1 for one expert and 0 for the others.
   *
   * @param domain in [0, domains)
   * @param expert in [0, E)
   */
  public double share(int domain, int expert) {
    long count = count(domain, expert);
    return count == 0 ? 0 : (double) count / Arrays.stream(counts[domain]).sum();
  }

  /**
   * Mutual information of domain and expert over the N assignments, in nats: {@code Σ_d Σ_e n_de/N ·
   * ln(n_de·N/(n_d·n_e))} with the sums {@code n_d} and {@code n_e} of a domain and an expert.
   *
   * <p>0 if experts ignore the domain, thus also at total collapse and if each domain is perfectly
   * balanced. At most {@code min(ln domains, ln E)}: ln domains if every expert serves one domain
   * and the domains are as large, ln E if every domain uses one expert and the experts are as
   * loaded. 0 without assignments. It is biased upwards for few assignments: independent ones that
   * ignore the domain give about {@code (domains−1)(E−1)/(2N)} on average.
   */
  public double mutualInformation() {
    double[] ofDomain = new double[domains()];
    double[] ofExpert = new double[experts()];
    double total = 0;
    for (int d = 0; d < ofDomain.length; d++) {
      for (int e = 0; e < ofExpert.length; e++) {
        ofDomain[d] += counts[d][e];
        ofExpert[e] += counts[d][e];
        total += counts[d][e];
      }
    }
    double sum = 0;
    for (int d = 0; d < ofDomain.length; d++) {
      for (int e = 0; e < ofExpert.length; e++) {
        if (counts[d][e] > 0) {
          double ratio = counts[d][e] / ofDomain[d] * (total / ofExpert[e]);
          sum += counts[d][e] / total * StrictMath.log(ratio);
        }
      }
    }
    // Rounding may leave independent counts a little below 0.
    return Math.max(0, sum);
  }
}
