package io.github.moe4j.examples;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.Accuracy;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.CrossEntropy;
import io.github.moe4j.core.training.LearningRate;
import io.github.moe4j.core.training.LossGradient;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.core.training.TrainingLoop;
import io.github.moe4j.core.transformer.Linear;
import io.github.moe4j.core.transformer.Residual;
import io.github.moe4j.core.transformer.Sequential;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;

/** Classifies ten languages by the trigrams of a name. */
public final class NameClassifier {
  private final MoeLayer moe = MoeLayer.of( // 8 experts, 2 a name
      GatedRouter.of(LinearGate.create(8, 32, DataType.FLOAT, 2), TopK.of(2)),
      GluExperts.create(ExpertOptions.of(8, 32, 16), 3));
  private final Sequential model = Sequential.builder()
      .add("in", Linear.create(256, 32, DataType.FLOAT, new SplittableRandom(1)))
      .add("moe", Residual.of(moe))
      .add("out", Linear.create(32, 10, DataType.FLOAT, new SplittableRandom(4)))
      .build();
  private final Balancer balancer = Balancer.of(SwitchLoss.of(0.01));
  private final RestorableRandom random = RestorableRandom.ofSeed(5);

  /** Trains from the checkpoint in the file, or from the beginning; returns the validation curve. */
  public List<TrainingLoop.Point> train(Path file, long steps) throws IOException {
    Names training = Names.training();
    Names test = Names.test();
    LearningRate rate = LearningRate.cosine(2e-3, 0, 300).withWarmup(30);
    Optimizer optimizer = Optimizer.builder(model.parameters())
        .group(name -> name.endsWith("bias"), AdamW.of(0), rate) // no decay
        .rest(AdamW.of(0.1), rate)
        .build();
    TrainingLoop loop = TrainingLoop.builder(model.parameters(), optimizer)
        .clipByGlobalNorm(1)
        .afterStep(balancer::step)
        .state("balancer", balancer)
        .state("random", random)
        .validate(50, () -> accuracy(test))
        .checkpoint(file, 100)
        .build();
    loop.resume();
    return loop.run(steps, (step, gradients) -> learn(training.sample(64, random), gradients));
  }

  private double learn(Names batch, Gradients into) {
    try (Sequential.Pass pass = model.forward(TokenBatch.training(batch.x()))) {
      LossGradient loss = CrossEntropy.create().of(pass.y(), batch.language());
      balancer.balance(pass.moe());
      pass.backward(loss.gradient(), into);
      return loss.value();
    }
  }

  private double accuracy(Names names) {
    try (Sequential.Pass pass = model.forward(TokenBatch.evaluation(names.x()))) {
      return Accuracy.of(pass.y(), names.language());
    }
  }
}
