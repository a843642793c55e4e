package io.github.moe4j.lab.scaling;

import io.github.moe4j.lab.report.LabResult;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The two series of a run of {@link ScalingModels}.
 *
 * @param dense the model without a router
 * @param byExperts the dense model and those with k choices, by rising number of experts
 * @param byGranularity that with E₀ experts and k choices, and those with more and narrower experts, by rising
 *     number; empty if there are none
 */
public record ExpertScaling(
    ScalingPoint dense, List<ScalingPoint> byExperts, List<ScalingPoint> byGranularity) {

  /** Copies. */
  public ExpertScaling {
    byExperts = List.copyOf(byExperts);
    byGranularity = List.copyOf(byGranularity);
  }

  /**
   * The series of a run.
   *
   * @throws IllegalArgumentException if it has no dense model
   */
  public static ExpertScaling of(LabResult result) {
    List<ScalingPoint> all = ScalingPoint.of(result);
    ScalingPoint dense = all.stream()
        .filter(point -> point.experts() == 1)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the run has no dense model"));
    int k = ScalingPoint.usualK(result);
    List<ScalingPoint> byExperts = all.stream()
        .filter(point -> point == dense || point.experts() > 1 && point.k() == k)
        .sorted(Comparator.comparingInt(ScalingPoint::experts))
        .toList();
    List<ScalingPoint> narrow = all.stream()
        .filter(point -> point.experts() > 1 && point.k() > k)
        .sorted(Comparator.comparingInt(ScalingPoint::experts))
        .toList();
    List<ScalingPoint> byGranularity = byExperts.stream()
        .filter(point -> point != dense)
        .filter(point -> narrow.stream().anyMatch(other -> other.isFinerThan(point)))
        .flatMap(point ->
            Stream.concat(Stream.of(point), narrow.stream().filter(o -> o.isFinerThan(point))))
        .toList();
    return new ExpertScaling(dense, byExperts, byGranularity);
  }
}
