package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.Activation;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The names of a gated expert that every token sees with weight 1. Biases, where a case has them,
 * are inputs named as the projections, with {@code _bias} for {@code _proj}.
 *
 * @param gate input with its projection [H,D]
 * @param up input with its projection [H,D]
 * @param down input with its projection [D,H]
 */
record SharedExpert(String gate, String up, String down) {
  /** As Hugging Face's blocks are recorded. */
  static final SharedExpert HUGGING_FACE =
      new SharedExpert("shared_gate_proj", "shared_up_proj", "shared_down_proj");

  /** Adds the expert to a layer, if the case has one. */
  MoeLayer.Builder addTo(MoeLayer.Builder layer, Activation activation, ReferenceCase reference) {
    return reference.optionalInput(gate).isEmpty()
        ? layer
        : layer.sharedExpert(DenseFeedForward.of(network(Glu.of(activation), reference)));
  }

  /** The network, a stack of one. */
  Experts network(Glu glu, ReferenceCase reference) {
    return glu.over(
        stackOfOne(reference.input(gate, -1, -1)),
        bias(gate, reference),
        stackOfOne(reference.input(up, -1, -1)),
        bias(up, reference),
        stackOfOne(reference.input(down, -1, -1)),
        bias(down, reference));
  }

  /** Compares its gradients, which are among those of the layer. */
  void compareGradients(Gradients ofLayer, Comparison comparison) {
    visit(ofLayer, comparison::gradient);
  }

  /** Gives its arrays, or their gradients, by the names of the case. */
  void visit(Gradients ofLayer, BiConsumer<String, INDArray> visitor) {
    ofLayer.forEach((name, gradient) -> {
      switch (name) {
        case "shared.network.gate.weight" -> visitor.accept(gate, gradient);
        case "shared.network.gate.bias" -> visitor.accept(biasOf(gate), gradient);
        case "shared.network.up.weight" -> visitor.accept(up, gradient);
        case "shared.network.up.bias" -> visitor.accept(biasOf(up), gradient);
        case "shared.network.down.weight" -> visitor.accept(down, gradient);
        case "shared.network.down.bias" -> visitor.accept(biasOf(down), gradient);
        default -> {
          // of another part
        }
      }
    });
  }

  private static @Nullable INDArray bias(String projection, ReferenceCase reference) {
    return reference
        .optionalInput(biasOf(projection))
        .map(bias -> bias.array(1, bias.length()))
        .orElse(null);
  }

  private static String biasOf(String projection) {
    return projection.replaceFirst("(_proj)?$", "_bias");
  }

  private static INDArray stackOfOne(CaseTensor matrix) {
    return matrix.array(1, matrix.size(0), matrix.size(1));
  }
}
