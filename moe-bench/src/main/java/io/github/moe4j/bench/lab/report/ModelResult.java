package io.github.moe4j.bench.lab.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one model came to. A number that was not measured is NaN.
 *
 * @param name short and unique within a result; not blank
 * @param description one plain sentence, which may hold a formula
 * @param parameters number of trained parameters
 * @param activeParameters how many of them take part in one token; at most {@code parameters}
 * @param validationBitsPerByte cross-entropy on held-out text, log₂
 * @param tokensPerSecond training speed
 * @param stages how the time of a training step divides
 * @param curve what the loss did during training, by rising step; may be empty
 * @param expertUse what the experts did; null for a dense model
 */
public record ModelResult(
    String name,
    String description,
    long parameters,
    long activeParameters,
    double validationBitsPerByte,
    double tokensPerSecond,
    StageShares stages,
    List<CurvePoint> curve,
    @Nullable ExpertUse expertUse) {

  /** Validates and copies. */
  public ModelResult {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a model's name must not be blank");
    }
    if (parameters < 0 || activeParameters < 0 || activeParameters > parameters) {
      throw new IllegalArgumentException("activeParameters must be 0 to parameters (" + parameters
          + ") but was " + activeParameters);
    }
    Checks.notNegative("validationBitsPerByte", validationBitsPerByte);
    Checks.notNegative("tokensPerSecond", tokensPerSecond);
    curve = List.copyOf(curve);
    Checks.rising("curve", curve.stream().mapToInt(CurvePoint::step).toArray());
  }
}
