package io.github.moe4j.lab.variant;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.ConstantExperts;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.ZeroExperts;
import io.github.moe4j.core.internal.Require;
import java.util.List;

/** The registry: every kind of experts that the lab can train. */
public final class ExpertKinds {
  private static final String GATED = "down(silu(gate·x) ⊙ up·x)";

  private static final List<ExpertKind> ALL = List.of(
      new ExpertKind(
          "swiglu",
          "gated networks with SiLU, as in Mixtral, DeepSeek and Qwen",
          GATED,
          3,
          false,
          GluExperts::create),
      new ExpertKind(
          "geglu",
          "gated networks with GELU",
          "down(gelu(gate·x) ⊙ up·x)",
          3,
          false,
          (options, seed) -> GluExperts.create(options.withActivation(Activation.GELU), seed)),
      new ExpertKind(
          "clamped-swiglu",
          "gated networks with bounded values, as in gpt-oss",
          "down((u + 1)·g·sigmoid(1.702·g)), g ≤ 7, |u| ≤ 7",
          3,
          false,
          (options, seed) -> GluExperts.create(ClampedSwiGlu.gptOss(), options, seed)),
      new ExpertKind(
          "ffn-relu",
          "plain networks with ReLU, as in Switch Transformers",
          "down(relu(up·x))",
          2,
          false,
          (options, seed) -> FfnExperts.create(options.withActivation(Activation.RELU), seed)),
      new ExpertKind(
          "ffn-gelu",
          "plain networks with GELU, as in GLaM and V-MoE",
          "down(gelu(up·x))",
          2,
          false,
          (options, seed) -> FfnExperts.create(options.withActivation(Activation.GELU), seed)),
      new ExpertKind(
          "swiglu-dropout",
          "as swiglu; a tenth of the hidden units dropped in training",
          GATED,
          3,
          false,
          (options, seed) -> GluExperts.create(options, seed).withDropout(0.1)),
      new ExpertKind(
          "swiglu-shared",
          "as swiglu, and one more expert that serves every token, as in DeepSeek and Qwen2-MoE",
          GATED + " + shared(x)",
          3,
          true,
          GluExperts::create),
      new ExpertKind(
          "moe++",
          "as swiglu, but the last three experts give zero, the token itself and a learned constant",
          GATED + "; 0; x; a1·x + a2·v",
          3,
          false,
          ExpertKinds::zeroCopyConstant));

  private ExpertKinds() {}

  /** All kinds; the first is the default. */
  public static List<ExpertKind> all() {
    return ALL;
  }

  /** The kind of a name; an error that lists the names if there is none. */
  public static ExpertKind named(String name) {
    return ALL.stream()
        .filter(kind -> kind.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException("experts must be a number or one of %s but was %s"
                .formatted(ALL.stream().map(ExpertKind::name).toList(), name)));
  }

  private static Experts zeroCopyConstant(ExpertOptions options, long seed) {
    int networks = options.experts() - 3;
    Require.that(networks > 0, "moe++ needs at least 4 experts but had %d", options.experts());
    int width = options.modelWidth();
    return CompositeExperts.of(
        GluExperts.create(ExpertOptions.of(networks, width, options.hiddenWidth()), seed),
        new ZeroExperts(1, width, options.dataType()),
        new CopyExperts(1, width, options.dataType()),
        ConstantExperts.create(1, width, options.dataType(), seed + 1));
  }
}
