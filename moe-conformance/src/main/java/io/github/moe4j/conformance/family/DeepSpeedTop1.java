package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.RecordedDraws;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import java.util.function.Function;

/** What is random in {@code top1gating} of DeepSpeed, taken from a case. */
final class DeepSpeedTop1 {
  private DeepSpeedTop1() {}

  /** Whether {@code noisy_gate_policy} is RSample. */
  static boolean isSampled(CaseConfig config) {
    if (!config.isSet("noisy_gate_policy")) {
      return false;
    }
    String policy = config.text("noisy_gate_policy");
    if (!policy.equals("RSample")) {
      throw new UnsupportedCaseException("config noisy_gate_policy is " + policy);
    }
    return true;
  }

  /**
   * An input that draws the recorded numbers: Gumbel noise for a sampled expert, then with random
   * token selection the number of each assignment, which is recorded for every expert.
   *
   * @param route what the gate assigns for an input
   */
  static TokenBatch drawing(
      ReferenceCase reference, TokenBatch input, Function<TokenBatch, Assignments> route) {
    RecordedDraws draws = isSampled(reference.config())
        ? RecordedDraws.gumbel(reference.input("gumbel_noise").values())
        : RecordedDraws.uniform();
    if (!reference.config().flag("use_rts", false)) {
      return input.withMode(PassMode.training(draws));
    }
    Assignments chosen = route.apply(input.withMode(PassMode.training(draws)));
    double[] all =
        reference.input("rts_uniform", chosen.tokens(), chosen.experts()).values();
    RecordedDraws ofAssignments = RecordedDraws.uniform(Scattered.gather(all, chosen));
    return input.withMode(PassMode.training(draws.then(ofAssignments)));
  }
}
