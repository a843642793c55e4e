package io.github.moe4j.core.capacity;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/** What {@link Rerouted} keeps: moved assignments carry the probability of their new expert. */
final class ReroutedPass implements CapacityPass {
  private final Assignments all;
  private final int[] places;
  private final Assignments kept;

  /**
   * The result of moving assignments.
   *
   * @param placed expert that each assignment ends at, −1 for a dropped one [N]. Not modified.
   */
  ReroutedPass(Assignments all, Probabilities p, int[] placed) {
    this.all = all;
    int[] token = new int[placed.length];
    int[] expert = new int[placed.length];
    double[] weight = new double[placed.length];
    int[] place = new int[placed.length];
    int size = 0;
    for (int n = 0; n < placed.length; n++) {
      if (placed[n] >= 0) {
        token[size] = all.token(n);
        expert[size] = placed[n];
        weight[size] = placed[n] == all.expert(n) ? all.weight(n) : p.get(token[size], placed[n]);
        place[size++] = n;
      }
    }
    this.places = Arrays.copyOf(place, size);
    this.kept = Assignments.of(
        all.tokens(),
        all.experts(),
        Arrays.copyOf(token, size),
        Arrays.copyOf(expert, size),
        Arrays.copyOf(weight, size));
  }

  @Override
  public Assignments kept() {
    return kept;
  }

  @Override
  public int dropped() {
    return all.size() - places.length;
  }

  @Override
  public RoutingGradient backward(double[] dKeptWeights) {
    Require.length("gradient of kept weights", dKeptWeights, places.length);
    double[] dWeights = new double[all.size()];
    double[] dProbabilities = new double[TokenScores.size(all.tokens(), all.experts())];
    for (int r = 0; r < places.length; r++) {
      int n = places[r];
      if (kept.expert(r) == all.expert(n)) {
        dWeights[n] = dKeptWeights[r];
      } else {
        dProbabilities[kept.token(r) * all.experts() + kept.expert(r)] += dKeptWeights[r];
      }
    }
    return RoutingGradient.ofWeights(dWeights)
        .plus(RoutingGradient.ofProbabilities(dProbabilities));
  }
}
