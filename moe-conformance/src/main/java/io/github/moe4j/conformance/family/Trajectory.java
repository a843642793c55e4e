package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.training.LearningRate;
import io.github.moe4j.core.training.LossGradient;
import io.github.moe4j.core.training.MeanSquaredError;
import io.github.moe4j.core.training.Optimizer;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Repeats the recorded training of a layer: in step s the tokens {@code x[s]} and the mean squared error
 * to {@code target[s]}, balance losses, and an update of all parameters by the recorded optimizer.
 */
final class Trajectory {
  private Trajectory() {}

  /** Compares all steps, the first gradients and the last parameters. */
  static void run(ReferenceCase reference, Comparison comparison, TrainedModel model) {
    int steps = reference.config().size("steps");
    NamedArrays parameters = model.layer().parameters();
    Optimizer optimizer = null;
    StepRecord record = new StepRecord();
    for (int s = 0; s < steps; s++) {
      TokenBatch input = model.input(s, ofStep(reference, "x", s));
      try (MoePass pass = model.layer().forward(input)) {
        INDArray output = model.output(pass.y());
        LossGradient task = MeanSquaredError.of(output, ofStep(reference, "target", s));
        double balance = model.balance(pass, input, record);
        int[] counts = model.counts(pass);
        record.add("task_loss", task.value());
        record.add("total_loss", task.value() + balance);
        record.add("expert_counts", counts);
        Gradients gradients = pass.backward(model.upstream(task.gradient())).parameters();
        if (s == 0) {
          comparison.output("output_step_0", output);
          model.visit(gradients, comparison::gradient);
        }
        Map<String, int[]> rows = model.rows(pass);
        if (optimizer == null) {
          optimizer = optimizer(reference.config(), parameters, rows);
        }
        optimizer.step(gradients, rows);
        model.endStep(counts, record);
      }
    }
    record.compare(comparison);
    model.visit(
        Gradients.in(parameters), (name, array) -> comparison.output("final_" + name, array));
  }

  private static Optimizer optimizer(
      CaseConfig config, NamedArrays parameters, Map<String, int[]> rows) {
    CaseConfig options = config.section("optimizer");
    Optimizer.Builder builder = Optimizer.builder(parameters);
    rows.keySet().forEach(builder::perExpert);
    LearningRate rate = LearningRate.constant(options.number("lr"));
    return builder.rest(TorchOptimizer.rule(options), rate).build();
  }

  /** The rows [T,D] of a step, all axes between the first and the last as tokens. */
  private static INDArray ofStep(ReferenceCase reference, String name, int step) {
    CaseTensor all = reference.input(name);
    int steps = reference.config().size("steps");
    all.requireShape(all.rank() == 3 ? new long[] {steps, -1, -1} : new long[] {steps, -1, -1, -1});
    return all.array(steps, all.rowCount() / steps, all.size(-1)).slice(step).dup('c');
  }
}
