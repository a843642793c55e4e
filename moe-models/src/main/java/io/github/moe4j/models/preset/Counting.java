package io.github.moe4j.models.preset;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How a published number is counted.
 *
 * @param kind of number
 * @param without excluded parts
 */
public record Counting(Kind kind, Set<ParameterGroup> without) {
  /** Kinds of numbers. */
  public enum Kind {
    /** All parameters of the model. */
    TOTAL("total"),
    /** Those active for one token. */
    ACTIVE("active"),
    /** Those of the dense model with equal operations: one expert per layer. */
    DENSE_EQUIVALENT("dense equivalent"),
    /** Those of the multi-token prediction modules. */
    PREDICTORS("MTP module");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  /** Everything. */
  public static final Counting TOTAL = new Counting(Kind.TOTAL, Set.of());
  /** Everything except both embeddings. */
  public static final Counting NON_EMBEDDING =
      new Counting(Kind.TOTAL, EnumSet.of(ParameterGroup.EMBEDDING, ParameterGroup.OUTPUT));
  /** The active parameters, both embeddings in full. */
  public static final Counting ACTIVE = new Counting(Kind.ACTIVE, Set.of());
  /** The active parameters without the input embedding. */
  public static final Counting ACTIVE_WITHOUT_INPUT =
      new Counting(Kind.ACTIVE, EnumSet.of(ParameterGroup.EMBEDDING));
  /** The dense model with equal operations: one expert per layer and no router. */
  public static final Counting DENSE_EQUIVALENT =
      new Counting(Kind.DENSE_EQUIVALENT, EnumSet.of(ParameterGroup.ROUTER));
  /** The multi-token prediction modules, without the parts shared with the model. */
  public static final Counting PREDICTORS = new Counting(Kind.PREDICTORS, Set.of());

  /** Keeps a copy. */
  public Counting {
    without = Set.copyOf(without);
  }

  /** The number for a model. */
  public long count(Architecture model) {
    ParameterCounts sizes = switch (kind) {
      case TOTAL -> Accounting.total(model);
      case ACTIVE -> Accounting.active(model);
      case DENSE_EQUIVALENT -> Accounting.counted(model, 1);
      case PREDICTORS -> Accounting.predictors(model);
    };
    return sizes.totalWithout(without);
  }

  /** A description such as {@code active without embedding}. */
  public String label() {
    if (without.isEmpty()) {
      return kind.label;
    }
    List<String> left = new ArrayList<>();
    for (ParameterGroup part : ParameterGroup.values()) {
      if (without.contains(part)) {
        left.add(part.label());
      }
    }
    return kind.label + " without " + String.join(" and ", left);
  }
}
