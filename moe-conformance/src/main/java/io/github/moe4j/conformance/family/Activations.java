package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.experts.Activation;

/** The names that other code has for activation functions. */
final class Activations {
  private Activations() {}

  /** The function that config {@code activation} names. */
  static Activation of(CaseConfig config) {
    return of(config.text("activation"));
  }

  /** The function of a name. */
  static Activation of(String name) {
    return switch (name) {
      case "relu" -> Activation.RELU;
      case "silu", "swish" -> Activation.SILU;
      case "gelu", "gelu (erf)", "gelu_erf", "gelu_python" -> Activation.GELU;
      case "gelu_tanh", "gelu (tanh)", "gelu_new", "gelu_pytorch_tanh", "gelu_accurate" ->
        Activation.GELU_TANH;
      default -> throw new UnsupportedCaseException("no activation " + name);
    };
  }
}
