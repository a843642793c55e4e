package io.github.moe4j.bench.peers;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.cli.Samples;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a layer took in a system.
 *
 * @param shape sizes, with the hidden width of these experts
 * @param training whether with all gradients, else forward only
 * @param system name
 * @param comparedWith name of the layer of this library with the same weights
 * @param medianMillis middle of all rounds
 * @param minMillis shortest
 * @param spreadPercent interquartile range in per cent of the median
 * @param gflops operations of the experts' products in the median time, 10^9 a second
 * @param ratio time over that of this library, median of the rounds; above 1 this library is faster
 */
record PeerTime(
    LayerShape shape,
    boolean training,
    String system,
    String comparedWith,
    double medianMillis,
    double minMillis,
    double spreadPercent,
    double gflops,
    double ratio) {

  /**
   * Of the samples of all rounds.
   *
   * @param millis of the system
   * @param own of this library, in the same rounds
   */
  static PeerTime of(
      PeerCase work,
      boolean training,
      String system,
      String comparedWith,
      double[] millis,
      double[] own) {
    LayerShape shape = work.shape();
    // Plain experts have two products, not three.
    double share = work.gated() ? 1 : 2 / 3.0;
    double flops = share * (training ? shape.trainingFlops() : shape.forwardFlops());
    double median = Samples.median(millis);
    return new PeerTime(
        shape,
        training,
        system,
        comparedWith,
        median,
        Samples.min(millis),
        Samples.spread(millis),
        flops / median / 1e6,
        Samples.ratio(millis, own));
  }

  String pass() {
    return training ? "training" : "forward";
  }

  /** As an object of the JSON file. */
  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("shape", shape.name());
    fields.put("pass", pass());
    fields.put("system", system);
    fields.put("compared_with", comparedWith);
    fields.put("median_ms", medianMillis);
    fields.put("min_ms", minMillis);
    fields.put("spread_percent", spreadPercent);
    fields.put("gflops", gflops);
    fields.put("ratio_to_moe4j", ratio);
    return fields;
  }
}
