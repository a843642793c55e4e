package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.CosineGate;
import io.github.moe4j.routing.GatePass;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@code CosineTopKGate} of Tutel: the gate alone, differentiated through its logits. */
final class TutelCosineGate implements ReferenceFamily {
  @Override
  public String name() {
    return "tutel_cosine_gate";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    TokenBatch input =
        TokenBatch.evaluation(reference.input("x", -1, -1).array()).differentiable();
    CosineGate gate = CosineGate.of(
        reference.input("projector_weight", -1, input.width()).array(),
        reference.input("projector_bias", -1).array(),
        reference.input("sim_matrix", -1, config.size("num_experts")).array(),
        reference.input("temperature", 1).array());
    GatePass run = gate.score(input);
    double[] logits = run.logits().toArray();
    double[] upstream =
        reference.input("objective_weight", input.tokens(), gate.experts()).values();
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, input.tokens(), input.width());
    Gradients gradients = gate.parameters().zeroGradients();
    run.backward(upstream, dx, gradients);
    comparison.output("logits", logits);
    comparison.output("objective", Scattered.dot(logits, upstream));
    comparison.gradient("x", dx);
    comparison.gradient("projector_weight", gradients.get("projector.weight"));
    comparison.gradient("projector_bias", gradients.get("projector.bias"));
    comparison.gradient("sim_matrix", gradients.get("similarity"));
    comparison.gradient("temperature", gradients.get("temperature"));
  }
}
