package io.github.moe4j.conformance;

import io.github.moe4j.core.Assignments;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Collects what the library computed for one case and compares it with what was recorded.
 *
 * <p>A number a matches the recorded b if {@code |a−b| ≤ 1e-9·(1+|b|)}; integers and booleans match
 * if they are equal. Every recorded output and gradient must be given: one that is not is a failure
 * too, so that nothing is silently omitted. Values that were not recorded are ignored. Shapes
 * may differ, lengths may not. Not thread-safe.
 */
public final class Comparison {
  /** How far a number may be off, relative to 1 + its size. */
  public static final double TOLERANCE = 1e-9;

  private static final String GRADIENT = "gradient of ";

  private final ReferenceCase reference;
  private final Set<CaseTensor> compared = new HashSet<>();
  private final Set<String> differing = new LinkedHashSet<>();
  private final List<String> problems = new ArrayList<>();
  private @Nullable Mismatch worst;
  private double worstError;

  /** A new comparison with a case. */
  public Comparison(ReferenceCase reference) {
    this.reference = reference;
  }

  /**
   * Compares an output.
   *
   * @param actual row-major; one number for a scalar. Not modified.
   */
  public void output(String name, double... actual) {
    compare("", reference.outputs().get(name), actual);
  }

  /**
   * Compares an output.
   *
   * @param actual of any shape of that length. Not modified.
   */
  public void output(String name, INDArray actual) {
    output(name, toDoubles(actual));
  }

  /**
   * Compares the gradient of an input.
   *
   * @param actual row-major. Not modified.
   */
  public void gradient(String input, double... actual) {
    compare(GRADIENT, reference.gradients().get(input), actual);
  }

  /**
   * Compares the gradient of an input.
   *
   * @param actual of any shape of that length. Not modified.
   */
  public void gradient(String input, INDArray actual) {
    gradient(input, toDoubles(actual));
  }

  /**
   * Compares a choice of k experts per token and their weights, as sets: the order within a token is
   * undefined.
   *
   * @param indices name of the output with the experts [T,K]
   * @param weights name of the output with their weights [T,K]
   * @param actual the assignments of all T tokens
   */
  public void choice(String indices, String weights, Assignments actual) {
    CaseTensor recorded = reference.outputs().get(indices);
    if (recorded == null) {
      return;
    }
    int tokens = recorded.rowCount();
    if (actual.tokens() != tokens) {
      problems.add(indices + " must be of " + tokens + " tokens but is of " + actual.tokens());
      return;
    }
    AlignedChoice aligned = AlignedChoice.of(recorded, actual);
    output(indices, aligned.experts());
    output(weights, aligned.weights());
    if (aligned.surplus() > 0) {
      problems.add(
          indices + " has no place for " + aligned.surplus() + " assignments of the library");
    }
  }

  private void compare(String prefix, @Nullable CaseTensor expected, double[] actual) {
    if (expected == null) {
      return;
    }
    compared.add(expected);
    String name = prefix + expected.name();
    if (expected.length() != actual.length) {
      problems.add(name + " must have length " + expected.length() + " but has " + actual.length);
      return;
    }
    boolean exact = expected.type() != CaseTensor.Type.FLOAT64;
    for (int i = 0; i < actual.length; i++) {
      double error = Mismatch.error(expected.get(i), actual[i]);
      worstError = Math.max(worstError, error);
      if (error > (exact ? 0 : TOLERANCE)) {
        differing.add(name);
        if (worst == null || error > worst.error()) {
          worst = new Mismatch(prefix + expected.at(i), expected.get(i), actual[i]);
        }
      }
    }
  }

  private static double[] toDoubles(INDArray array) {
    return array.isEmpty() ? new double[0] : array.dup('c').data().asDouble();
  }

  /** The largest {@code |a−b|/(1+|b|)} of all that was compared. */
  public double worstError() {
    return worstError;
  }

  /** Why the case fails, in one line; empty if all that was recorded was compared and matches. */
  public Optional<String> failure() {
    List<String> reasons = new ArrayList<>();
    if (worst != null) {
      reasons.add(worst + (differing.size() > 1 ? "; differing: " + differing : ""));
    }
    reasons.addAll(problems);
    addMissing("", reference.outputs(), reasons);
    addMissing(GRADIENT, reference.gradients(), reasons);
    return reasons.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", reasons));
  }

  private void addMissing(String prefix, Map<String, CaseTensor> tensors, List<String> reasons) {
    for (CaseTensor tensor : tensors.values()) {
      if (!compared.contains(tensor)) {
        reasons.add("not compared: " + prefix + tensor.name());
      }
    }
  }
}
