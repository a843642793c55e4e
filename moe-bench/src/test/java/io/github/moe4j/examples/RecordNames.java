package io.github.moe4j.examples;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.CrossEntropy;
import io.github.moe4j.core.training.LossGradient;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.core.training.TrainingLoop;
import io.github.moe4j.core.transformer.Linear;
import io.github.moe4j.core.transformer.Residual;
import io.github.moe4j.core.transformer.Sequential;
import io.github.moe4j.lab.LabRecorder;
import io.github.moe4j.lab.RecordedRun;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;

/** Compares a layer with and without a balance loss, and writes the lab's report. */
public final class RecordNames {
  private final Names training = Names.training();
  private final Names test = Names.test();
  private final LabRecorder recorder = LabRecorder.builder("Language of a name")
      .description("A model tells ten languages apart by the trigrams of a name.")
      .loss("cross-entropy in nats")
      .labels("language", Names.LANGUAGES)
      .configuration("batch", 64)
      .build();

  /** Trains two models with two seeds each; the report goes to a folder. */
  public void record(Path folder, int steps) throws IOException {
    for (long seed = 1; seed <= 2; seed++) {
      train(recorder.run("balanced", seed), Balancer.of(SwitchLoss.of(0.01)), seed, steps);
      train(recorder.run("not balanced", seed), Balancer.of(), seed, steps);
    }
    recorder.write(folder, false);
  }

  private void train(RecordedRun run, Balancer balancer, long seed, int steps) throws IOException {
    Sequential model = model(new SplittableRandom(seed));
    RestorableRandom random = RestorableRandom.ofSeed(seed);
    Optimizer optimizer = Optimizer.of(model.parameters(), new Adam(2e-3));
    run.parameters(model.parameters());
    TrainingLoop.builder(model.parameters(), optimizer)
        .afterStep(balancer::step)
        .validate(25, () -> run.evaluated(optimizer.steps(), evaluate(model, run)))
        .build()
        .run(steps, (step, gradients) -> {
          Names batch = training.sample(64, random);
          return learn(model, balancer, batch, run, step, gradients);
        });
  }

  private static double learn(
      Sequential model,
      Balancer balancer,
      Names batch,
      RecordedRun run,
      long step,
      Gradients into) {
    try (Sequential.Pass pass = model.forward(TokenBatch.training(batch.x()))) {
      LossGradient loss = CrossEntropy.create().of(pass.y(), batch.language());
      balancer.balance(pass.moe());
      pass.backward(loss.gradient(), into);
      run.trained(step, loss.value(), pass.moe());
      return loss.value();
    }
  }

  private double evaluate(Sequential model, RecordedRun run) {
    try (Sequential.Pass pass = model.forward(TokenBatch.evaluation(test.x()))) {
      run.heldOut(pass.moe(), test.language());
      return CrossEntropy.create().of(pass.y(), test.language()).value();
    }
  }

  private static Sequential model(SplittableRandom random) {
    MoeLayer moe = MoeLayer.of(
        GatedRouter.of(LinearGate.create(8, 32, DataType.FLOAT, random.nextLong()), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(8, 32, 16), random.nextLong()));
    return Sequential.builder()
        .add("in", Linear.create(256, 32, DataType.FLOAT, random))
        .add("moe", Residual.of(moe))
        .add("out", Linear.create(32, 10, DataType.FLOAT, random))
        .build();
  }
}
