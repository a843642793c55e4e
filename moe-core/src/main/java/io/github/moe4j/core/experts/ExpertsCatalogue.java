package io.github.moe4j.core.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.catalogue.Catalogue;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All kinds of experts by name; the first is the default of a layer. */
public final class ExpertsCatalogue {
  private static final String SUBJECT = "kind of experts";

  private ExpertsCatalogue() {}

  /**
   * Those of the library, and those that {@link java.util.ServiceLoader} finds on the class path.
   *
   * @throws java.util.ServiceConfigurationError if a provider cannot be loaded
   * @throws IllegalArgumentException if two have the same name
   */
  public static Catalogue<ExpertsProvider> load() {
    return Catalogue.load(SUBJECT, ExpertsProvider.class, library());
  }

  /** The name of gated networks with an activation. */
  public static String gated(Activation activation) {
    return switch (activation) {
      case SILU -> "swiglu";
      case GELU -> "geglu";
      case GELU_TANH -> "geglu-tanh";
      case RELU -> "reglu";
    };
  }

  /** The name of plain networks with an activation. */
  public static String plain(Activation activation) {
    return switch (activation) {
      case SILU -> "ffn-silu";
      case GELU -> "ffn-gelu";
      case GELU_TANH -> "ffn-gelu-tanh";
      case RELU -> "ffn-relu";
    };
  }

  /**
   * The name of the kind that builds experts like the given ones, apart from sizes, biases and dropout.
   *
   * @return the name; empty for experts of no kind of the library, such as quantized ones
   */
  public static Optional<String> nameOf(Experts experts) {
    HiddenFunction function = experts instanceof HiddenLayer layer ? layer.hiddenFunction() : null;
    if (function instanceof ActivatedGate gate) {
      return Optional.of(gated(gate.activation()));
    }
    if (function instanceof Activated activated) {
      return Optional.of(plain(activated.activation()));
    }
    return ClampedSwiGlu.gptOss().equals(function)
        ? Optional.of(LibraryExperts.CLAMPED)
        : Optional.empty();
  }

  /** The kinds of the library. */
  public static List<ExpertsProvider> library() {
    List<ExpertsProvider> all = new ArrayList<>();
    all.add(LibraryExperts.gated(
        Activation.SILU, "gated networks with SiLU, as in Mixtral, DeepSeek and Qwen", "silu"));
    all.add(LibraryExperts.gated(Activation.GELU, "gated networks with GELU", "gelu"));
    all.add(LibraryExperts.gated(
        Activation.GELU_TANH, "gated networks with GELU by tanh", "gelu_tanh"));
    all.add(LibraryExperts.gated(Activation.RELU, "gated networks with ReLU", "relu"));
    all.add(LibraryExperts.clamped());
    all.add(LibraryExperts.plain(
        Activation.RELU, "plain networks with ReLU, as in Switch Transformers", "relu"));
    all.add(LibraryExperts.plain(
        Activation.GELU, "plain networks with GELU, as in GLaM and V-MoE", "gelu"));
    all.add(LibraryExperts.plain(
        Activation.GELU_TANH, "plain networks with GELU by tanh", "gelu_tanh"));
    all.add(LibraryExperts.plain(Activation.SILU, "plain networks with SiLU", "silu"));
    all.add(LibraryExperts.dropout(0.1));
    all.add(LibraryExperts.shared());
    all.add(new MoePlusPlus());
    return all;
  }
}
