package io.github.moe4j.examples;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.RulePass;
import java.util.List;
import java.util.stream.IntStream;

/** A token goes to every expert with at least this probability, which is also the weight. */
public record ThresholdRule(double least) implements RoutingRule {
  @Override
  public void requireFits(int experts) {
    if (!(least > 0 && least < 1)) {
      throw new IllegalArgumentException("least must be in (0, 1) but was " + least);
    }
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    int experts = logits.experts();
    Probabilities p = logits.softmax(input.mask()); // rows of padding are zero
    double[] all = p.toArray(); // [T·E]
    int[] places = IntStream.range(0, all.length).filter(i -> all[i] >= least).toArray();
    Assignments made = Assignments.of(
        logits.tokens(),
        experts,
        IntStream.of(places).map(i -> i / experts).toArray(),
        IntStream.of(places).map(i -> i % experts).toArray(),
        IntStream.of(places).mapToDouble(i -> all[i]).toArray());
    return new RulePass() {
      public Assignments assignments() {
        return made;
      }

      public List<TokenScores> scores() {
        return List.of(p); // what balance losses read
      }

      public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
        double[] dP = gradient.probabilities().orElseGet(() -> new double[all.length]);
        double[] dWeights = gradient.weights().orElseGet(() -> new double[places.length]);
        for (int n = 0; n < places.length; n++) {
          dP[places[n]] += dWeights[n];
        }
        p.softmaxBackward(dP, dLogits);
      }
    };
  }
}
