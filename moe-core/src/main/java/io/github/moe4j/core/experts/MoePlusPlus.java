package io.github.moe4j.core.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.catalogue.ParameterSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gated networks beside one zero, one copy and one constant expert (MoE++, arXiv 2410.07348). */
final class MoePlusPlus implements ExpertsProvider {
  private static final int OTHERS = 3;
  private static final String NETWORKS = "0.";
  private static final String CONSTANT = "3.";

  @Override
  public String name() {
    return "moe++";
  }

  @Override
  public String title() {
    return "as swiglu, but the last three are a zero, a copy and a constant expert";
  }

  @Override
  public String formula() {
    return "down(silu(gate·x) ⊙ up·x); 0; x; a1·x + a2·v";
  }

  @Override
  public String page() {
    return "experts";
  }

  @Override
  public ExpertsTraits traits() {
    return new ExpertsTraits(3, false, OTHERS + 1);
  }

  @Override
  public Map<String, ParameterSpec> parameters(ExpertOptions options) {
    requireFits(options);
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    GluExperts.parameterSpecs(networks(options)).forEach((n, p) -> all.put(NETWORKS + n, p));
    ConstantExperts.parameterSpecs(1, options.modelWidth())
        .forEach((n, p) -> all.put(CONSTANT + n, p));
    return all;
  }

  @Override
  public Experts build(ExpertOptions options, Function<String, INDArray> arrays) {
    requireFits(options);
    return join(
        options,
        GluExperts.of(networks(options), n -> arrays.apply(NETWORKS + n)),
        ConstantExperts.of(
            arrays.apply(CONSTANT + "gate.weight"), arrays.apply(CONSTANT + "constant")));
  }

  /** The networks are drawn from the seed, the constant expert from the next. */
  @Override
  public Experts create(ExpertOptions options, long seed) {
    requireFits(options);
    return join(
        options,
        GluExperts.create(networks(options), seed),
        ConstantExperts.create(1, options.modelWidth(), options.dataType(), seed + 1));
  }

  private static ExpertOptions networks(ExpertOptions options) {
    return options.withExperts(options.experts() - OTHERS).withActivation(Activation.SILU);
  }

  private static Experts join(
      ExpertOptions options, GluExperts networks, ConstantExperts constant) {
    int width = options.modelWidth();
    return CompositeExperts.of(
        networks,
        new ZeroExperts(1, width, options.dataType()),
        new CopyExperts(1, width, options.dataType()),
        constant);
  }
}
