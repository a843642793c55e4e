package io.github.moe4j.core;

import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The row of each kept assignment among the R rows of the experts: sorted by expert, in the
 * order of the assignments within an expert. Immutable; two counting sorts, O(R + T + E).
 */
public final class DispatchPlan {
  private final Assignments assignments;
  private final int firstFill;
  private final int[] expertStart;
  private final int[] assignmentOfRow;
  private final int[] tokenStart;
  private final int[] rowsByToken;

  private DispatchPlan(Assignments assignments, int fillers, IntFunction<int[]> ints) {
    this.assignments = assignments;
    this.firstFill = assignments.size() - fillers;
    int rows = assignments.size();
    this.expertStart = new int[assignments.experts() + 1];
    this.tokenStart = ints.apply(assignments.tokens() + 1);
    Arrays.fill(tokenStart, 0, assignments.tokens() + 1, 0);
    for (int n = 0; n < rows; n++) {
      expertStart[assignments.expert(n) + 1]++;
      tokenStart[assignments.token(n) + 1]++;
    }
    accumulate(expertStart, assignments.experts());
    accumulate(tokenStart, assignments.tokens());
    this.assignmentOfRow = ints.apply(rows);
    this.rowsByToken = ints.apply(rows);
    int[] nextRow = expertStart.clone();
    int[] nextOfToken = ints.apply(assignments.tokens() + 1);
    System.arraycopy(tokenStart, 0, nextOfToken, 0, assignments.tokens() + 1);
    for (int n = 0; n < rows; n++) {
      int row = nextRow[assignments.expert(n)]++;
      assignmentOfRow[row] = n;
      rowsByToken[nextOfToken[assignments.token(n)]++] = row;
    }
  }

  /** The plan of the kept assignments. */
  public static DispatchPlan of(Assignments kept) {
    return new DispatchPlan(kept, 0, int[]::new);
  }

  /** The plan of the assignments that a capacity rule kept, with filler rows if the experts compute them. */
  static DispatchPlan of(CapacityPass kept, Experts experts) {
    return of(kept, experts, int[]::new);
  }

  /** The same plan in memory of a pass, not to be handed out. */
  static DispatchPlan of(CapacityPass kept, Experts experts, Arena.Scope scope) {
    return of(kept, experts, scope::takeInts);
  }

  private static DispatchPlan of(CapacityPass pass, Experts experts, IntFunction<int[]> ints) {
    Assignments kept = pass.kept();
    int fillers = pass.fillers();
    if (fillers > 0 && !experts.computesFillers()) {
      kept = kept.select(IntStream.range(0, kept.size() - fillers).toArray()); // they come last
      fillers = 0;
    }
    return new DispatchPlan(kept, fillers, ints);
  }

  /** Turns the counts {@code 1 … last} into sums of all before. */
  private static void accumulate(int[] counts, int last) {
    for (int i = 1; i <= last; i++) {
      counts[i] += counts[i - 1];
    }
  }

  /** The assignments it places. */
  public Assignments assignments() {
    return assignments;
  }

  /** Number of rows R. */
  public int rows() {
    return assignments.size();
  }

  /** Number of tokens T. */
  public int tokens() {
    return assignments.tokens();
  }

  /** The expert of a row. */
  int expert(int row) {
    int e = Arrays.binarySearch(expertStart, row);
    if (e < 0) {
      return -e - 2;
    }
    while (expertStart[e + 1] == row) { // an expert without rows
      e++;
    }
    return e;
  }

  /** First row of each expert, and R at the end [E+1]: expert e has rows [start[e], start[e+1]). */
  public int[] expertStart() {
    return expertStart.clone();
  }

  /** Place in {@link #assignments} of row {@code row}. */
  public int assignment(int row) {
    return assignmentOfRow[row];
  }

  /** Token of row {@code row}. */
  public int token(int row) {
    return assignments.token(assignmentOfRow[row]);
  }

  /** Weight with which row {@code row} is combined. */
  public double weight(int row) {
    return assignments.weight(assignmentOfRow[row]);
  }

  /** 1, or 0 if row {@code row} is a filler row. */
  double presence(int row) {
    return assignmentOfRow[row] < firstFill ? 1 : 0;
  }

  /** Number of rows of token {@code t}. */
  public int rowsOf(int t) {
    return tokenStart[t + 1] - tokenStart[t];
  }

  /** Row of the {@code choice}-th kept assignment of token {@code t}. */
  public int row(int t, int choice) {
    return rowsByToken[tokenStart[t] + choice];
  }

  /** Sizes and rows by expert, such as {@code 24 rows of 12 tokens, by expert [6, 6, 4, 8]}. */
  @Override
  public String toString() {
    return "%d rows of %d tokens, by expert %s"
        .formatted(rows(), tokens(), Arrays.toString(assignments.countPerExpert()));
  }
}
