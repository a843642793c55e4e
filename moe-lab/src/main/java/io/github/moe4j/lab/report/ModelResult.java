package io.github.moe4j.lab.report;

import io.github.moe4j.core.internal.Shown;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The result of one model. A number that was not measured is NaN.
 *
 * @param name short; not blank
 * @param seed of text split, weights, batches and noise; a result has a name and seed once
 * @param description one plain sentence
 * @param parts what it is made of, the router first; may be empty
 * @param parameters number of trained parameters
 * @param activeParameters active parameters per token; at most {@code parameters}
 * @param validationLoss loss on held-out data, in the unit of {@link LabResult#loss}
 * @param tokensPerSecond training speed
 * @param stages shares of the time of a training step
 * @param curve the loss during training, by rising step; may be empty
 * @param expertUse expert usage; null for a dense model
 * @param ranks what each rank did, by its number; empty for a training in one process
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
    @Nullable ExpertUse expertUse,
    List<RankUse> ranks) {

  /** Validates and copies. */
  public ModelResult {
    Checks.present("description", description);
    Checks.present("stages", stages);
    if (Checks.present("name", name).isBlank()) {
      throw new IllegalArgumentException("a model's name must not be blank");
    }
    if (name.chars().anyMatch(Character::isISOControl)) { // printed in tables, also from files
      throw new IllegalArgumentException(
          "a model's name must have no control characters but was " + Shown.of(name));
    }
    if (parameters < 0 || activeParameters < 0 || activeParameters > parameters) {
      throw new IllegalArgumentException("activeParameters must be 0 to parameters (" + parameters
          + ") but was " + activeParameters);
    }
    Checks.notNegative("tokensPerSecond", tokensPerSecond);
    parts = Checks.list("parts", parts);
    curve = Checks.list("curve", curve);
    ranks =
        ranks == null ? List.of() : Checks.list("ranks", ranks); // not in files of older versions
    Checks.rising("curve", curve.stream().mapToInt(CurvePoint::step).toArray());
  }

  /** That of a training in one process. */
  public ModelResult(
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
    this(
        name,
        seed,
        description,
        parts,
        parameters,
        activeParameters,
        validationLoss,
        tokensPerSecond,
        stages,
        curve,
        expertUse,
        List.of());
  }

  /** Steps up to the last point of the curve: of a finished training those of the run; 0 without a curve. */
  public int steps() {
    return curve.isEmpty() ? 0 : curve.get(curve.size() - 1).step();
  }

  /** A figure over the ranks; NaN for a training in one process. */
  double ofRanks(ToDoubleFunction<List<RankUse>> figure) {
    return ranks.isEmpty() ? Double.NaN : figure.applyAsDouble(ranks);
  }

  /** A figure of the expert usage; NaN for a dense model. */
  double ofUse(ToDoubleFunction<ExpertUse> figure) {
    return expertUse == null ? Double.NaN : figure.applyAsDouble(expertUse);
  }
}
