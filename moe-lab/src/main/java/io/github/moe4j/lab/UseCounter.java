package io.github.moe4j.lab;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.lab.report.ExpertUse;
import io.github.moe4j.lab.report.LoadPoint;
import io.github.moe4j.lab.report.RoutedText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Counts the load of each layer over evaluation batches, and for the last layer also by domain, by script and by
 * pairs of experts.
 */
final class UseCounter {
  private final int domains;
  private final int scripts;
  private final List<LoadStatistics> load = new ArrayList<>();
  private @Nullable LastLayer last;

  UseCounter(int domains, int scripts) {
    this.domains = domains;
    this.scripts = scripts;
  }

  private record LastLayer(
      int experts,
      ExpertCategoryCounts byDomain,
      ExpertCategoryCounts byScript,
      ExpertCategoryCounts together) {
    LastLayer(int experts, int domains, int scripts) {
      this(
          experts,
          new ExpertCategoryCounts(experts, domains),
          new ExpertCategoryCounts(experts, scripts),
          new ExpertCategoryCounts(experts, experts));
    }
  }

  /** Adds the counts of another counter of the same domains and scripts. */
  void add(UseCounter other) {
    addLoad(other.load);
    LastLayer more = other.last;
    if (more != null) {
      LastLayer mine = lastLayer(more.experts());
      mine.byDomain().add(more.byDomain());
      mine.byScript().add(more.byScript());
      mine.together().add(more.together());
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

  /**
   * Adds the passes of all layers over a batch.
   *
   * @param domainOf [T] the domain of each token of the last layer, or -1
   * @param scriptOf [T] the script of each token of the last layer, or -1
   */
  void add(List<MoePass> layers, int[] domainOf, int[] scriptOf) {
    addLoad(layers.stream().map(MoePass::load).toList());
    if (layers.isEmpty()) {
      return;
    }
    Assignments chosen = layers.get(layers.size() - 1).decision().assignments();
    LastLayer mine = lastLayer(chosen.experts());
    List<List<Integer>> expertsOf = new ArrayList<>();
    for (int t = 0; t < chosen.tokens(); t++) {
      expertsOf.add(new ArrayList<>());
    }
    for (int n = 0; n < chosen.size(); n++) {
      int token = chosen.token(n);
      if (domainOf[token] >= 0) {
        mine.byDomain().add(chosen.expert(n), domainOf[token]);
      }
      if (scriptOf[token] >= 0) {
        mine.byScript().add(chosen.expert(n), scriptOf[token]);
      }
      expertsOf.get(token).add(chosen.expert(n));
    }
    for (List<Integer> experts : expertsOf) {
      for (int expert : experts) {
        experts.forEach(other -> mine.together().add(expert, other));
      }
    }
  }

  private LastLayer lastLayer(int experts) {
    LastLayer mine = last == null ? new LastLayer(experts, domains, scripts) : last;
    last = mine;
    return mine;
  }

  /** The load of each layer so far. */
  List<LoadStatistics> load() {
    return List.copyOf(load);
  }

  /** Experts of the last layer; 0 without layers. */
  int experts() {
    return last == null ? 0 : last.experts();
  }

  /** Choices per token, the mean over layers; 0 without layers. */
  double choices() {
    return load.stream()
        .mapToDouble(l -> (double) Arrays.stream(l.assigned()).sum() / Math.max(1, l.tokens()))
        .average()
        .orElse(0);
  }

  /**
   * The result, or null if there was no Mixture-of-Experts layer.
   *
   * @param overTime load during training
   * @param text held-out text with the expert of each character
   */
  @Nullable
  ExpertUse result(List<LoadPoint> overTime, List<RoutedText> text) {
    if (last == null) {
      return null;
    }
    return new ExpertUse(
        last.experts(),
        mean(LoadStatistics::coefficientOfVariation),
        mean(LoadStatistics::mostLoadedOverMean),
        mean(LoadStatistics::droppedShare),
        mean(LoadStatistics::routingEntropy),
        load.stream().mapToInt(LoadStatistics::expertsWithoutTokens).max().orElse(0),
        overTime,
        last.byDomain().sharesOfColumns(),
        last.byScript().sharesOfColumns(),
        last.together().sharesOfDiagonal(),
        text);
  }

  private double mean(ToDoubleFunction<LoadStatistics> measure) {
    return load.stream().mapToDouble(measure).average().orElse(Double.NaN);
  }
}
