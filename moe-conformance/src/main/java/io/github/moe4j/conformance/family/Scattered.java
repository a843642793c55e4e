package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.core.Assignments;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Assignments as matrices [T,E], the way much recorded code holds them: 0 where there is none. */
final class Scattered {
  private Scattered() {}

  /**
   * The assignments that a matrix marks, token after token.
   *
   * @param map 1 where there is an assignment [T,E]
   * @param weights row-major [T·E]. Not modified.
   */
  static Assignments assignments(CaseTensor map, double[] weights) {
    int experts = map.size(1);
    boolean[] marked = map.flags();
    int[] places = IntStream.range(0, marked.length).filter(i -> marked[i]).toArray();
    return Assignments.of(
        map.size(0),
        experts,
        Arrays.stream(places).map(i -> i / experts).toArray(),
        Arrays.stream(places).map(i -> i % experts).toArray(),
        Arrays.stream(places).mapToDouble(i -> weights[i]).toArray());
  }

  /** The weight of each assignment, row-major [T·E]. */
  static double[] weights(Assignments assignments) {
    return scatter(assignments.weights(), assignments);
  }

  /** 1 where there is an assignment, row-major [T·E]. */
  static double[] map(Assignments assignments) {
    double[] ones = new double[assignments.size()];
    Arrays.fill(ones, 1);
    return scatter(ones, assignments);
  }

  /** A number for each assignment [N] at its place, row-major [T·E]. */
  static double[] scatter(double[] values, Assignments assignments) {
    double[] matrix = new double[assignments.tokens() * assignments.experts()];
    for (int n = 0; n < values.length; n++) {
      matrix[place(n, assignments)] = values[n];
    }
    return matrix;
  }

  /** The numbers of a row-major matrix [T·E] at the places of the assignments [N]. */
  static double[] gather(double[] matrix, Assignments assignments) {
    double[] values = new double[assignments.size()];
    for (int n = 0; n < values.length; n++) {
      values[n] = matrix[place(n, assignments)];
    }
    return values;
  }

  /** {@code Σ a·b} of as many numbers. */
  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static int place(int n, Assignments assignments) {
    return assignments.token(n) * assignments.experts() + assignments.expert(n);
  }
}
