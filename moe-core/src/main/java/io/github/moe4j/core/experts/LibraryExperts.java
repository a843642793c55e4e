package io.github.moe4j.core.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.catalogue.ParameterSpec;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A kind of networks of the library.
 *
 * @param specs its parameters
 * @param builder builds it over given arrays
 */
record LibraryExperts(
    String name,
    String title,
    String formula,
    ExpertsTraits traits,
    Function<ExpertOptions, Map<String, ParameterSpec>> specs,
    BiFunction<ExpertOptions, Function<String, INDArray>, Experts> builder)
    implements ExpertsProvider {
  static final String CLAMPED = "clamped-swiglu";

  private static final String SWIGLU = "down(silu(gate·x) ⊙ up·x)";
  private static final ExpertsTraits GATED = ExpertsTraits.ofMatrices(3);

  static LibraryExperts gated(Activation activation, String title, String function) {
    return new LibraryExperts(
        ExpertsCatalogue.gated(activation),
        title,
        "down(" + function + "(gate·x) ⊙ up·x)",
        GATED,
        GluExperts::parameterSpecs,
        (options, arrays) -> GluExperts.of(options.withActivation(activation), arrays));
  }

  static LibraryExperts plain(Activation activation, String title, String function) {
    return new LibraryExperts(
        ExpertsCatalogue.plain(activation),
        title,
        "down(" + function + "(up·x))",
        ExpertsTraits.ofMatrices(2),
        FfnExperts::parameterSpecs,
        (options, arrays) -> FfnExperts.of(options.withActivation(activation), arrays));
  }

  static LibraryExperts clamped() {
    return new LibraryExperts(
        CLAMPED,
        "gated networks with bounded values, as in gpt-oss",
        "down((u + 1)·g·sigmoid(1.702·g)), g ≤ 7, |u| ≤ 7",
        GATED,
        GluExperts::parameterSpecs,
        (options, arrays) -> GluExperts.over(ClampedSwiGlu.gptOss(), options, arrays));
  }

  static LibraryExperts dropout(double rate) {
    return new LibraryExperts(
        "swiglu-dropout",
        "as swiglu; a tenth of the hidden units dropped in training",
        SWIGLU,
        GATED,
        GluExperts::parameterSpecs,
        (options, arrays) ->
            swiGlu(options.dropout() == 0 ? options.withDropout(rate) : options, arrays));
  }

  static LibraryExperts shared() {
    return new LibraryExperts(
        "swiglu-shared",
        "as swiglu, and one more expert that is applied to every token, as in DeepSeek and Qwen2-MoE",
        SWIGLU + " + shared(x)",
        new ExpertsTraits(3, true, 1),
        GluExperts::parameterSpecs,
        LibraryExperts::swiGlu);
  }

  private static GluExperts swiGlu(ExpertOptions options, Function<String, INDArray> arrays) {
    return GluExperts.of(options.withActivation(Activation.SILU), arrays);
  }

  @Override
  public String page() {
    return "experts";
  }

  @Override
  public Map<String, ParameterSpec> parameters(ExpertOptions options) {
    return specs.apply(options);
  }

  @Override
  public Experts build(ExpertOptions options, Function<String, INDArray> arrays) {
    requireFits(options);
    return builder.apply(options, arrays);
  }
}
