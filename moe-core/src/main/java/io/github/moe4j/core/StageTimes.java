package io.github.moe4j.core;

/**
 * Wall time of the stages of one or several passes, in nanoseconds.
 *
 * @param route router, capacity rule and their backward
 * @param plan order of the rows
 * @param gather rows to experts, and their backward
 * @param gemm matrix products of the experts, shared ones included
 * @param activation what experts do between their products; wall time of both is divided in the
 *     ratio of the time that all threads spent
 * @param combine weighted sum of expert rows
 * @param exchange exchange of rows with other ranks, as far as nothing is computed meanwhile, and the wait for them
 */
public record StageTimes(
    long route, long plan, long gather, long gemm, long activation, long combine, long exchange) {
  /** Times of one process, which exchanges nothing. */
  public StageTimes(long route, long plan, long gather, long gemm, long activation, long combine) {
    this(route, plan, gather, gemm, activation, combine, 0);
  }

  /** No time at all. */
  public static StageTimes zero() {
    return new StageTimes(0, 0, 0, 0, 0, 0);
  }

  /** The sum of both, stage by stage. */
  public StageTimes plus(StageTimes other) {
    return new StageTimes(
        route + other.route,
        plan + other.plan,
        gather + other.gather,
        gemm + other.gemm,
        activation + other.activation,
        combine + other.combine,
        exchange + other.exchange);
  }

  /** The same times with those of experts and exchange divided anew. */
  StageTimes withParts(long newExchange, double activationShare) {
    long whole = experts() + exchange;
    long apart = Math.min(newExchange, whole);
    long inside = (long) (activationShare * (whole - apart));
    return new StageTimes(route, plan, gather, whole - apart - inside, inside, combine, apart);
  }

  /** The experts as a whole: products and activation. */
  public long experts() {
    return gemm + activation;
  }

  /** All stages together. */
  public long total() {
    return route + plan + gather + experts() + combine + exchange;
  }
}
