package io.github.moe4j.bench.lab;

import io.github.moe4j.bench.lab.report.ExpertUse;
import io.github.moe4j.bench.lab.report.LoadPoint;
import io.github.moe4j.bench.lab.text.Batch;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoeForward;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts, over evaluation batches, what the experts of each layer did and for which domain. */
final class UseCounter {
  private final int domains;
  private final List<LoadStatistics> load = new ArrayList<>();
  private long @Nullable [][] byDomain;

  UseCounter(int domains) {
    this.domains = domains;
  }

  /** Adds what another counter of the same domains has counted. */
  void add(UseCounter other) {
    addLoad(other.load);
    if (other.byDomain != null) {
      if (byDomain == null) {
        byDomain = new long[other.byDomain.length][domains];
      }
      for (int e = 0; e < byDomain.length; e++) {
        for (int d = 0; d < domains; d++) {
          byDomain[e][d] += other.byDomain[e][d];
        }
      }
    }
  }

  private void addLoad(List<LoadStatistics> ofLayers) {
    for (int l = 0; l < ofLayers.size(); l++) {
      if (l < load.size()) {
        load.set(l, load.get(l).plus(ofLayers.get(l)));
      } else {
        load.add(ofLayers.get(l));
      }
    }
  }

  /** Adds the passes of all layers over a batch; domains are counted in the last layer. */
  void add(List<MoeForward> layers, Batch batch) {
    addLoad(layers.stream().map(MoeForward::load).toList());
    if (!layers.isEmpty()) {
      Assignments last = layers.get(layers.size() - 1).decision().assignments();
      if (byDomain == null) {
        byDomain = new long[last.experts()][domains];
      }
      for (int n = 0; n < last.size(); n++) {
        byDomain[last.expert(n)][batch.domains()[last.token(n)]]++;
      }
    }
  }

  /** The load of each layer so far. */
  List<LoadStatistics> load() {
    return List.copyOf(load);
  }

  /** Choices per token, the mean over layers; 0 without layers. */
  double choices() {
    return load.stream()
        .mapToDouble(l -> (double) Arrays.stream(l.assigned()).sum() / Math.max(1, l.tokens()))
        .average()
        .orElse(0);
  }

  /** The result, or null if there was no Mixture-of-Experts layer. */
  @Nullable
  ExpertUse result(List<LoadPoint> overTime) {
    if (byDomain == null) {
      return null;
    }
    return new ExpertUse(
        byDomain.length,
        mean(load, LoadStatistics::coefficientOfVariation),
        mean(load, LoadStatistics::mostLoadedOverMean),
        mean(load, LoadStatistics::droppedShare),
        mean(load, LoadStatistics::routingEntropy),
        load.stream().mapToInt(LoadStatistics::expertsWithoutTokens).max().orElse(0),
        overTime,
        shares(byDomain));
  }

  private static double mean(
      List<LoadStatistics> load, java.util.function.ToDoubleFunction<LoadStatistics> measure) {
    return load.stream().mapToDouble(measure).average().orElse(Double.NaN);
  }

  private double[][] shares(long[][] counts) {
    double[][] result = new double[counts.length][domains];
    for (int d = 0; d < domains; d++) {
      long sum = 0;
      for (long[] ofExpert : counts) {
        sum += ofExpert[d];
      }
      for (int e = 0; e < counts.length; e++) {
        result[e][d] = sum == 0 ? Double.NaN : (double) counts[e][d] / sum;
      }
    }
    return result;
  }
}
