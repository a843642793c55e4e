package io.github.moe4j.core;

/**
 * Wall time of the stages of one or several passes, in nanoseconds.
 *
 * @param route router, capacity rule and their backward
 * @param dispatch plan and rows to experts, and their backward
 * @param experts expert networks, shared ones included
 * @param combine weighted sum of expert rows
 */
public record StageTimes(long route, long dispatch, long experts, long combine) {
  /** No time at all. */
  public static StageTimes zero() {
    return new StageTimes(0, 0, 0, 0);
  }

  /** The sum of both, stage by stage. */
  public StageTimes plus(StageTimes other) {
    return new StageTimes(
        route + other.route,
        dispatch + other.dispatch,
        experts + other.experts,
        combine + other.combine);
  }

  /** All stages together. */
  public long total() {
    return route + dispatch + experts + combine;
  }
}
