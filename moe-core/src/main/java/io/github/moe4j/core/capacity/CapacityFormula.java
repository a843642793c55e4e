package io.github.moe4j.core.capacity;

import io.github.moe4j.core.internal.Require;

/**
 * The capacity of an expert for a group of tokens (the batch, or one sequence).
 *
 * <p>T is the number of real tokens of the group, E of experts, k of choices, f the capacity factor.
 * Each system's order of multiplication and rounding matters near whole numbers:
 * {@code 100/10·1.1} is 11, but {@code 100·1.1/10} is 11.000000000000002 and its ceiling 12. The
 * conventions below keep each system's order, in float64. Their text is the call that makes them, such as
 * {@code megatron(2, 1.25)}.
 */
@FunctionalInterface
public interface CapacityFormula {
  /** The limit of every expert, at least 0. */
  int limit(CapacityDemand demand);

  /**
   * {@code ceil(assignments / E · factor)}: the mean load times a factor (Switch Transformers, arXiv
   * 2101.03961, equation 3). Padding is ignored.
   *
   * @param factor above 0; 1 is the capacity of a perfectly balanced batch
   * @throws IllegalArgumentException if the factor is not positive and finite
   */
  static CapacityFormula factor(double factor) {
    requireFactor(factor);
    return named(
        "factor(" + factor + ")",
        demand -> ceil((double) demand.assignments() / demand.experts() * factor));
  }

  /**
   * The same limit for every group, such as Hugging Face's {@code expert_capacity}.
   *
   * @param limit at least 0
   * @throws IllegalArgumentException if the limit is negative
   */
  static CapacityFormula fixed(int limit) {
    Require.that(limit >= 0, "capacity must be at least 0 but was %d", limit);
    return named("fixed(" + limit + ")", demand -> limit);
  }

  /**
   * {@code ceil((T·k / E)·f)}: Megatron-LM {@code moe_utils.get_capacity}.
   *
   * @throws IllegalArgumentException if a number is not positive
   */
  static CapacityFormula megatron(int k, double f) {
    requireFactor(f);
    Require.positive("k", k);
    return named(
        "megatron(" + k + ", " + f + ")",
        demand -> ceil((double) demand.tokens() * k / demand.experts() * f));
  }

  /**
   * {@code max(minimum, ceil((T / E)·(f·k)))}: DeepSpeed {@code sharded_moe._capacity}, whose top-2
   * and top-k gates multiply the factor by k first. The product is rounded to float32 as there, where
   * the factor is a float32 tensor: {@code 100·1.07} gives a capacity of 108.
   *
   * @param minimum minimum capacity; DeepSpeed's layer has 4
   * @throws IllegalArgumentException if a factor is not positive, or the minimum is negative
   */
  static CapacityFormula deepspeed(int k, double f, int minimum) {
    requireFactor(f);
    Require.positive("k", k);
    float factor = (float) (f * k);
    CapacityFormula formula =
        demand -> ceil((float) ((double) demand.tokens() / demand.experts()) * factor);
    return named("deepspeed(" + k + ", " + f + ", " + minimum + ")", formula.atLeast(minimum));
  }

  /**
   * {@code ceil(T·f / E)} rounded up to a multiple of 4: vmoe {@code compute_capacity}.
   *
   * @throws IllegalArgumentException if the factor is not positive and finite
   */
  static CapacityFormula vmoe(double f) {
    requireFactor(f);
    CapacityFormula formula = demand -> ceil(demand.tokens() * f / demand.experts());
    return named("vmoe(" + f + ")", formula.multipleOf(4));
  }

  /**
   * {@code max(minimum, round(f·T / E))}, halves to the even neighbour as Python rounds: Flaxformer
   * {@code MoeLayer}.
   *
   * @param minimum minimum capacity; Flaxformer has 4
   * @throws IllegalArgumentException if the factor is not positive, or the minimum is negative
   */
  static CapacityFormula flaxformer(double f, int minimum) {
    requireFactor(f);
    CapacityFormula formula = demand -> (int) Math.rint(f * demand.tokens() / demand.experts());
    return named("flaxformer(" + f + ", " + minimum + ")", formula.atLeast(minimum));
  }

  /**
   * {@code max(min(T, floor(T·f / E)), minimum)}, without k: mesh-tensorflow {@code transformer_moe},
   * and mixture-of-experts and st-moe of lucidrains.
   *
   * @param minimum minimum capacity; all of them have 4
   * @throws IllegalArgumentException if the factor is not positive, or the minimum is negative
   */
  static CapacityFormula mesh(double f, int minimum) {
    requireFactor(f);
    CapacityFormula formula =
        demand -> Math.min(demand.tokens(), (int) (demand.tokens() * f / demand.experts()));
    return named("mesh(" + f + ", " + minimum + ")", formula.atLeast(minimum));
  }

  /**
   * {@code k·floor(f·ceil(T / E))} for f above 0; the largest load, so that nothing is dropped, for f
   * = 0; the smaller of the two, with {@code |f|}, below 0: Tutel {@code fast_dispatch.py}.
   *
   * @throws IllegalArgumentException if the factor is not finite, or k is not positive
   */
  static CapacityFormula tutel(int k, double f) {
    Require.finite("capacity factor", f);
    Require.positive("k", k);
    return named("tutel(" + k + ", " + f + ")", demand -> {
      double share = Math.ceil((double) demand.tokens() / demand.experts());
      int formula = (int) (k * Math.floor(Math.abs(f) * share));
      if (f > 0) {
        return formula;
      }
      return f == 0 ? demand.largestLoad() : Math.min(demand.largestLoad(), formula);
    });
  }

  /**
   * {@code floor(f·(k·T / E))}, or the largest load where that is 0: MegaBlocks {@code
   * ParallelMLP.expert_capacity} and {@code forward_once}.
   *
   * @param f at least 0; 0 drops nothing
   * @throws IllegalArgumentException if the factor is negative or not finite, or k is not positive
   */
  static CapacityFormula megablocks(int k, double f) {
    Require.that(
        f >= 0 && Double.isFinite(f),
        "capacity factor must be at least 0 and finite but was %s",
        f);
    Require.positive("k", k);
    return named("megablocks(" + k + ", " + f + ")", demand -> {
      int limit = (int) (f * ((double) k * demand.tokens() / demand.experts()));
      return limit == 0 ? demand.largestLoad() : limit;
    });
  }

  /** {@link #fairseq(double)} with a quarter of the tokens. */
  static CapacityFormula fairseq() {
    return fairseq(0.25);
  }

  /**
   * {@code 2·ceil(T / E)} in training, {@code ceil(fraction·T)} in evaluation: fairseq's top-2 gate
   * and NLLB.
   *
   * @param fraction above 0: {@code moe_eval_capacity_token_fraction}
   * @throws IllegalArgumentException if the fraction is not positive and finite
   */
  static CapacityFormula fairseq(double fraction) {
    requireFactor(fraction);
    CapacityFormula training =
        demand -> ceil(2 * Math.ceil((double) demand.tokens() / demand.experts()));
    return named(
        "fairseq(" + fraction + ")",
        training.withEvaluation(demand -> ceil(fraction * demand.tokens())));
  }

  /**
   * {@code floor(max(ceil(T·k / E)·f, f))}: MaxText {@code RoutedMoE.generate_masks}, for one
   * sequence after another.
   *
   * @throws IllegalArgumentException if a number is not positive
   */
  static CapacityFormula maxtext(int k, double f) {
    requireFactor(f);
    Require.positive("k", k);
    return named("maxtext(" + k + ", " + f + ")", demand -> {
      double share = Math.ceil((double) demand.tokens() * k / demand.experts());
      return (int) Math.max(share * f, f);
    });
  }

  /**
   * This limit, or {@code minimum} if that is larger.
   *
   * @param minimum at least 0
   * @throws IllegalArgumentException if the minimum is negative
   */
  default CapacityFormula atLeast(int minimum) {
    Require.that(minimum >= 0, "minimum must be at least 0 but was %d", minimum);
    return named(this + ".atLeast(" + minimum + ")", demand -> Math.max(limit(demand), minimum));
  }

  /**
   * This limit rounded up to a multiple.
   *
   * @param multiple at least 1
   * @throws IllegalArgumentException if the multiple is not positive
   */
  default CapacityFormula multipleOf(int multiple) {
    Require.positive("multiple", multiple);
    return named(this + ".multipleOf(" + multiple + ")", demand -> {
      long parts = ((long) limit(demand) + multiple - 1) / multiple;
      return (int) Math.min(Integer.MAX_VALUE, parts * multiple);
    });
  }

  /** This limit in training, another in evaluation. */
  default CapacityFormula withEvaluation(CapacityFormula other) {
    return named(
        this + ".withEvaluation(" + other + ")",
        demand -> demand.training() ? limit(demand) : other.limit(demand));
  }

  /** This limit with padding counted as tokens, for systems that do not distinguish it. */
  default CapacityFormula countingPadding() {
    return named(
        this + ".countingPadding()",
        demand -> limit(new CapacityDemand(
            demand.allTokens(),
            demand.allTokens(),
            demand.assignments(),
            demand.largestLoad(),
            demand.experts(),
            demand.training())));
  }

  private static CapacityFormula named(String text, CapacityFormula formula) {
    return new NamedFormula(text, formula);
  }

  private static int ceil(double value) {
    return (int) Math.ceil(value);
  }

  private static void requireFactor(double factor) {
    Require.that(
        factor > 0 && Double.isFinite(factor),
        "capacity factor must be above 0 and finite but was %s",
        factor);
  }
}
