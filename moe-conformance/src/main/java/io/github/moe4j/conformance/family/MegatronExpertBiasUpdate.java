package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.ExpertBias;
import java.util.Arrays;

/**
 * {@code get_updated_expert_bias} of Megatron-LM: one step of the sign rule. Axes before the last are
 * layers, each with a bias of its own.
 */
final class MegatronExpertBiasUpdate implements ReferenceFamily {
  private static final String COUNTS = "tokens_per_expert";

  @Override
  public String name() {
    return "megatron_expert_bias_update";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    long[] shape = reference.input(COUNTS).shape();
    if (shape.length == 0 || shape[shape.length - 1] != experts) {
      throw new DamagedCaseException(
          COUNTS + " must be of num_experts = " + experts + " but is " + Arrays.toString(shape));
    }
    long[] counts = counts(reference.input(COUNTS));
    double[] bias = reference.input("expert_bias", shape).values();
    SignRule rule = SignRule.of(config.number("update_rate"));
    for (int from = 0; from < bias.length; from += experts) {
      double[] ofLayer = Arrays.copyOfRange(bias, from, from + experts);
      ExpertBias selection = ExpertBias.of(ofLayer);
      BiasController controller = new BiasController(selection, rule);
      controller.add(Arrays.copyOfRange(counts, from, from + experts));
      controller.step();
      System.arraycopy(selection.values(), 0, bias, from, experts);
    }
    comparison.output("updated_expert_bias", bias);
  }

  /** The counts, which the code keeps as floating numbers. */
  static long[] counts(CaseTensor tensor) {
    double[] values = tensor.values();
    for (double n : values) {
      if (!(n >= 0 && n < 0x1p53 && n == Math.rint(n))) {
        throw new DamagedCaseException(
            tensor.name() + " must hold whole numbers from 0 but has " + n);
      }
    }
    return Arrays.stream(values).mapToLong(n -> (long) n).toArray();
  }
}
