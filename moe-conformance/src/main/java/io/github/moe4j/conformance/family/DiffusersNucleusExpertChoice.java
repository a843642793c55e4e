package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.ExpertChoice;
import io.github.moe4j.routing.ExpertChoice.Scores;
import io.github.moe4j.routing.ExpertChoice.TokenNorm;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * {@code NucleusMoELayer} of diffusers: expert choice within each sequence by a router that reads
 * the time step and the unmodulated tokens, experts that read the modulated ones, and a shared
 * expert.
 *
 * <p>Projections of the experts lie with their inputs first, [E,D,2H] gate before up; that of the
 * shared expert is [2H,D], up before gate.
 */
final class DiffusersNucleusExpertChoice implements ReferenceFamily {
  @Override
  public String name() {
    return "diffusers_nucleus_expert_choice";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor hidden = reference.input("hidden_states", -1, -1, -1);
    TokenBatch input =
        TokenBatch.evaluation(hidden.rows()).differentiable().withSequenceLength(hidden.size(1));
    try (ObjectivePass pass = ObjectivePass.forward(layer(reference), input, reference)) {
      comparison.output("router_logits", pass.decision().requireLogits("router").toArray());
      comparison.output("output", pass.output());
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      Gradients parameters = gradients.parameters();
      comparison.gradient("hidden_states", gradients.dx());
      compareSideInput(parameters.get("router.input"), hidden, comparison);
      comparison.gradient("gate_weight", parameters.get("router.weight"));
      INDArray gateUp = Nd4j.concat(
          1, parameters.get("experts.gate.weight"), parameters.get("experts.up.weight"));
      comparison.gradient("experts_gate_up_proj", swapped(gateUp));
      comparison.gradient("experts_down_proj", swapped(parameters.get("experts.down.weight")));
      INDArray shared = Nd4j.concat(
          1,
          parameters.get("shared.network.up.weight"),
          parameters.get("shared.network.gate.weight"));
      comparison.gradient("shared_proj", shared);
      comparison.gradient("shared_out", parameters.get("shared.network.down.weight"));
    }
  }

  private static MoeLayer layer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int experts = config.size("num_experts");
    LinearGate gate = LinearGate.of(reference.input("gate_weight", experts, -1).array());
    INDArray gateUp =
        swapped(reference.input("experts_gate_up_proj", experts, -1, -1).array());
    long half = gateUp.size(1) / 2;
    GluExperts networks = GluExperts.of(
        Activations.of(config),
        rows(gateUp, 0, half),
        null,
        rows(gateUp, half, 2 * half),
        null,
        swapped(reference.input("experts_down_proj", experts, -1, -1).array()),
        null);
    GatedRouter router = GatedRouter.of(gate, rule(config));
    return MoeLayer.builder(
            new SideInputRouter(router, sideInput(reference), networks.modelWidth()), networks)
        .sharedExpert(shared(reference))
        .build();
  }

  private static ExpertChoice rule(CaseConfig config) {
    double factor = config.number("capacity_factor");
    CapacityFormula capacity =
        demand -> (int) Math.ceil(factor * demand.tokens() / demand.experts());
    return new ExpertChoice(
        config.flag("use_sigmoid") ? Scores.SIGMOID : Scores.SOFTMAX_OVER_EXPERTS,
        capacity.atLeast(1),
        true,
        TokenNorm.SUM,
        config.number("route_scale"));
  }

  private static FeedForward shared(ReferenceCase reference) {
    CaseTensor projection = reference.input("shared_proj", -1, -1);
    CaseTensor out = reference.input("shared_out", -1, -1);
    INDArray upGate = projection.array(1, projection.size(0), projection.size(1));
    long half = upGate.size(1) / 2;
    return DenseFeedForward.of(GluExperts.of(
        Activations.of(reference.config()),
        rows(upGate, half, 2 * half),
        null,
        rows(upGate, 0, half),
        null,
        out.array(1, out.size(0), out.size(1)),
        null));
  }

  /** The time step of each sequence beside each of its unmodulated tokens [T,2D]. */
  private static INDArray sideInput(ReferenceCase reference) {
    CaseTensor plain = reference.input("hidden_states_unmodulated", -1, -1, -1);
    CaseTensor step = reference.input("timestep", plain.size(0), plain.size(2));
    return Nd4j.concat(1, RepeatedRows.of(step, plain.size(1)), plain.rows());
  }

  private static void compareSideInput(
      INDArray gradient, CaseTensor hidden, Comparison comparison) {
    int width = hidden.size(2);
    INDArray ofStep = gradient.get(NDArrayIndex.all(), NDArrayIndex.interval(0, width));
    comparison.gradient(
        "timestep",
        ofStep.dup('c').reshape('c', hidden.size(0), hidden.size(1), width).sum(1));
    comparison.gradient(
        "hidden_states_unmodulated",
        gradient.get(NDArrayIndex.all(), NDArrayIndex.interval(width, 2 * width)));
  }

  /** Rows of every matrix of a stack, copied. */
  private static INDArray rows(INDArray stack, long from, long to) {
    return stack
        .get(NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all())
        .dup('c');
  }

  /** Every matrix of a stack transposed, copied. */
  private static INDArray swapped(INDArray stack) {
    return stack.permute(0, 2, 1).dup('c');
  }
}
