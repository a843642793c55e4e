package io.github.moe4j.lab.report;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one model came to. A number that was not measured is NaN.
 *
 * @param name short; not blank
 * @param seed of text split, weights, batches and noise; a result has a name and seed once
 * @param description one plain sentence
 * @param parts what it is made of, the router first; empty if there is nothing to say
 * @param parameters number of trained parameters
 * @param activeParameters how many of them take part in one token; at most {@code parameters}
 * @param validationLoss loss on held-out data, in the unit of {@link LabResult#loss}
 * @param tokensPerSecond training speed
 * @param stages how the time of a training step divides
 * @param curve what the loss did during training, by rising step; may be empty
 * @param expertUse what the experts did; null for a dense model
 */
public record ModelResult(
    String name,
    long seed,
    String description,
    List<ModelPart> parts,
    long parameters,
    long activeParameters,
    double validationLoss,
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
    Checks.notNegative("tokensPerSecond", tokensPerSecond);
    parts = List.copyOf(parts);
    curve = List.copyOf(curve);
    Checks.rising("curve", curve.stream().mapToInt(CurvePoint::step).toArray());
  }

  /** A figure of what the experts did; NaN for a dense model. */
  double ofUse(ToDoubleFunction<ExpertUse> figure) {
    return expertUse == null ? Double.NaN : figure.applyAsDouble(expertUse);
  }
}
