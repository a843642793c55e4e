package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.training.Adam;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.Sgd;
import io.github.moe4j.core.training.UpdateRule;

/** An optimizer of PyTorch by its name and options, as config {@code optimizer} of a trajectory has them. */
final class TorchOptimizer {
  private TorchOptimizer() {}

  /** The rule by which it changes parameters. */
  static UpdateRule rule(CaseConfig options) {
    String name = options.text("name");
    return switch (name) {
      case "SGD" -> sgd(options);
      case "Adam" -> {
        requireKnown(options);
        yield new Adam(
            options.number("beta1"),
            options.number("beta2"),
            options.number("eps"),
            options.number("weight_decay", 0));
      }
      case "AdamW" -> {
        requireKnown(options);
        yield new AdamW(
            options.number("beta1"),
            options.number("beta2"),
            options.number("eps"),
            options.number("weight_decay"));
      }
      default -> throw new UnsupportedCaseException("config optimizer is " + name);
    };
  }

  private static Sgd sgd(CaseConfig options) {
    options.requireKnown("name", "lr", "momentum", "dampening", "nesterov", "weight_decay");
    return new Sgd(
        options.number("momentum", 0),
        options.number("dampening", 0),
        options.flag("nesterov", false),
        options.number("weight_decay", 0));
  }

  private static void requireKnown(CaseConfig options) {
    options.requireKnown("name", "lr", "beta1", "beta2", "eps", "weight_decay");
  }
}
