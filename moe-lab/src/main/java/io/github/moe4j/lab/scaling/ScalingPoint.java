package io.github.moe4j.lab.scaling;

import io.github.moe4j.lab.report.ExpertUse;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.report.PairedDifference;
import io.github.moe4j.lab.report.SeedSpread;
import io.github.moe4j.lab.variant.ModelName;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One model over its seeds.
 *
 * @param experts number of experts; 1 for the dense model
 * @param k choices per token
 * @param hidden hidden units of an expert
 * @param parameters of the whole model
 * @param bits bits per byte of held-out text by seed
 */
public record ScalingPoint(
    int experts, int k, int hidden, long parameters, Map<Long, Double> bits) {

  /** Copies. */
  public ScalingPoint {
    bits = Map.copyOf(bits);
  }

  /** The models of a run, in its order. */
  static List<ScalingPoint> of(LabResult result) {
    return result.byName().values().stream().map(seeds -> of(result, seeds)).toList();
  }

  private static ScalingPoint of(LabResult result, List<ModelResult> seeds) {
    ModelResult first = seeds.get(0);
    ExpertUse use = first.expertUse();
    int k = use == null ? 1 : ModelName.parse(first.name()).k().orElse(usualK(result));
    return new ScalingPoint(
        use == null ? 1 : use.experts(),
        k,
        Integer.parseInt(result.configuration().get("hidden")) / k,
        first.parameters(),
        seeds.stream().collect(Collectors.toMap(ModelResult::seed, ModelResult::validationLoss)));
  }

  /** The choices per token of a run's models without their own. */
  static int usualK(LabResult result) {
    return Integer.parseInt(result.configuration().get("k"));
  }

  /** Whether this has as many parameters in more and narrower experts. */
  boolean isFinerThan(ScalingPoint other) {
    return k > other.k && (long) experts * other.k == (long) other.experts * k;
  }

  /** Mean and deviation over seeds. */
  SeedSpread spread() {
    return SeedSpread.of(bits.values().stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** What this has more than another, paired by seed. */
  PairedDifference minus(ScalingPoint other) {
    List<Long> seeds = bits.keySet().stream().sorted().toList();
    return PairedDifference.of(other.values(seeds), values(seeds));
  }

  private double[] values(List<Long> seeds) {
    return seeds.stream()
        .mapToDouble(seed -> bits.getOrDefault(seed, Double.NaN))
        .toArray();
  }
}
