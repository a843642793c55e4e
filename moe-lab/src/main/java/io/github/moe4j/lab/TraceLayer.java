package io.github.moe4j.lab;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.watch.TracedPass;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Counts the passes of one layer in a trace. */
final class TraceLayer {
  private final long[] load;
  private long passes;
  private long tokens;
  private long dropped;
  private long followed;
  private long repeated;

  TraceLayer(int experts) {
    this.load = new long[experts];
  }

  void add(TracedPass pass) {
    Assignments all = pass.assignments();
    Require.that(
        all.experts() == load.length,
        "layer %s has %d experts in one pass and %d in another",
        pass.layer(),
        load.length,
        all.experts());
    passes++;
    tokens += pass.mask().validTokens();
    dropped += pass.dropped();
    int[] counts = all.countPerExpert();
    for (int e = 0; e < load.length; e++) {
      load[e] += counts[e];
    }
    addRepeated(pass);
  }

  private void addRepeated(TracedPass pass) {
    Assignments all = pass.assignments();
    // By token that has a choice: a pass may have few, and millions of tokens.
    Map<Integer, Integer> first = new HashMap<>();
    for (int n = 0; n < all.size(); n++) {
      first.putIfAbsent(all.token(n), all.expert(n));
    }
    first.forEach((token, expert) -> {
      Integer before = first.get(token - 1);
      if (token % pass.sequenceLength() != 0 && before != null) {
        followed++;
        repeated += expert.equals(before) ? 1 : 0;
      }
    });
  }

  int experts() {
    return load.length;
  }

  long passes() {
    return passes;
  }

  long tokens() {
    return tokens;
  }

  double choicesPerToken() {
    return share(assignments(), tokens);
  }

  double droppedShare() {
    return share(dropped, assignments());
  }

  /** Tokens with the same first choice as the token before them in the sequence; both must have a choice. */
  double repeatedShare() {
    return share(repeated, followed);
  }

  double coefficientOfVariation() {
    return LoadStatistics.coefficientOfVariation(load);
  }

  double mostLoadedOverMean() {
    return share(Arrays.stream(load).max().orElse(0) * load.length, assignments());
  }

  /** Entropy of the shares over ln E: 1 when balanced, 0 at total collapse or with one expert. */
  double loadEntropy() {
    double sum = 0;
    for (double p : shares()) {
      sum -= p == 0 ? 0 : p * Math.log(p);
    }
    return load.length == 1 ? 0 : sum / Math.log(load.length);
  }

  int expertsWithoutTokens() {
    return (int) Arrays.stream(load).filter(n -> n == 0).count();
  }

  double[] shares() {
    return Arrays.stream(load).mapToDouble(n -> share(n, assignments())).toArray();
  }

  private long assignments() {
    return Arrays.stream(load).sum();
  }

  private static double share(long part, long all) {
    return all == 0 ? 0 : (double) part / all;
  }
}
