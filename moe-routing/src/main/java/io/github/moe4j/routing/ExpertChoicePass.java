package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.routing.ExpertChoice.Scores;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The decision of one pass of {@link ExpertChoice}. */
final class ExpertChoicePass implements RulePass {
  private final ExpertChoice rule;
  private final Probabilities distribution;
  private final double[] scores;

  /** The softmax of the scores if it is not the distribution. */
  private final @Nullable PartSoftmax softmax;

  private final TokenChoices choices;

  private final double[] chosenScores;
  private final Assignments assignments;

  ExpertChoicePass(ExpertChoice rule, Logits logits, TokenBatch input) {
    this.rule = rule;
    this.distribution = logits.softmax(input.mask());
    int experts = logits.experts();
    double[] selection = switch (rule.scores()) {
      case SOFTMAX_OVER_EXPERTS -> distribution.toArray();
      case SIGMOID -> ScoreFunction.SIGMOID.scores(logits, input.mask());
      case SOFTMAX_OVER_TOKENS, SOFTMAX_OVER_RANKS -> logits.toArray();
    };
    int[] rank = rule.choose(selection, experts, input);
    this.softmax = isPartSoftmax()
        ? new PartSoftmax(selection, rule.parts(rank, experts, input), rank.length)
        : null;
    this.scores = softmax == null ? selection : softmax.values();
    boolean[] chosen = new boolean[rank.length];
    for (int i = 0; i < rank.length; i++) {
      chosen[i] = rank[i] >= 0;
    }
    this.choices = TokenChoices.bestFirst(chosen, scores, experts);
    this.chosenScores = choices.gather(scores, experts);
    this.assignments = assign(input.tokens(), experts);
  }

  private boolean isPartSoftmax() {
    return rule.scores() == Scores.SOFTMAX_OVER_TOKENS
        || rule.scores() == Scores.SOFTMAX_OVER_RANKS;
  }

  private Assignments assign(int tokens, int experts) {
    double[] weight = new double[choices.size()];
    for (int from = 0, to; from < weight.length; from = to) {
      to = choices.endOfToken(from);
      rule.norm().apply(chosenScores, from, to, weight);
    }
    for (int n = 0; n < weight.length; n++) {
      weight[n] *= rule.scale();
    }
    return choices.weighed(tokens, experts, weight);
  }

  @Override
  public Assignments assignments() {
    return assignments;
  }

  @Override
  public List<TokenScores> scores() {
    return List.of(distribution);
  }

  @Override
  public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
    double[] dScores = dScores(gradient.weightsOrZero(choices.size()));
    double[] dDistribution = gradient.orZero(Kind.PROBABILITIES, scores.length);
    for (int i = 0; i < scores.length; i++) {
      if (rule.scores() == Scores.SOFTMAX_OVER_EXPERTS) {
        dDistribution[i] += dScores[i];
      } else if (rule.scores() == Scores.SIGMOID) {
        dLogits[i] += dScores[i] * scores[i] * (1 - scores[i]);
      }
    }
    if (softmax != null) {
      softmax.backward(dScores, dLogits);
    }
    distribution.softmaxBackward(dDistribution, dLogits);
  }

  /** The gradient of all scores [T·E] from that of the weights [N], which is used as scratch. */
  private double[] dScores(double[] dWeights) {
    double[] dChosen = new double[choices.size()];
    for (int n = 0; n < dWeights.length; n++) {
      dWeights[n] *= rule.scale();
    }
    for (int from = 0, to; from < dWeights.length; from = to) {
      to = choices.endOfToken(from);
      rule.norm().backward(chosenScores, from, to, dWeights, dChosen);
    }
    return choices.scatter(dChosen, assignments.tokens(), assignments.experts());
  }
}
