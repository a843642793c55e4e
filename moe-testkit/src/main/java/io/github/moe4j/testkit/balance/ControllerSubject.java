package io.github.moe4j.testkit.balance;

import io.github.moe4j.balance.control.CoefficientController;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import java.util.stream.IntStream;

/** What the checks of {@link ControllerContract} share: a controller, what it acts on, and passes. */
record ControllerSubject(LoadController controller, ExpertBias bias) {
  static final int EXPERTS = 4;
  static final int K = 2;

  static ControllerSubject of(ControllerContract contract, double... bias) {
    ExpertBias live = ExpertBias.of(bias);
    return new ControllerSubject(contract.controller(live), live);
  }

  /** The bias; or, of a controller of a coefficient, that. */
  double[] acted() {
    return controller instanceof CoefficientController coefficient
        ? new double[] {coefficient.at(0)}
        : bias.values();
  }

  SavedController saved() {
    return SavedController.of(controller);
  }

  /** Logits that prefer expert 0 [tokens·4]. */
  static double[] logits(int salt, int tokens) {
    double[] logits = RandomArrays.normal(Seeds.random(salt), tokens * EXPERTS);
    for (int t = 0; t < tokens; t++) {
      logits[t * EXPERTS] += 6;
    }
    return logits;
  }

  /** A pass of 5 to 8 tokens that prefer expert 0, with two choices each. */
  static RouterDecision pass(int salt) {
    int tokens = 5 + salt % 4;
    return Decisions.topK(logits(salt, tokens), EXPERTS, K, TokenMask.none(tokens));
  }

  static List<RouterDecision> passes(int count) {
    return IntStream.range(0, count).mapToObj(ControllerSubject::pass).toList();
  }
}
