package io.github.moe4j.examples;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
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
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Tells ten languages apart by the trigrams of a name. */
public final class NameClassifier {
  private final Linear in =
      Linear.create(Names.BUCKETS, 32, DataType.FLOAT, new SplittableRandom(1));
  private final MoeLayer moe = MoeLayer.of( // 8 experts, 2 a name
      GatedRouter.of(LinearGate.create(8, 32, DataType.FLOAT, 2), TopK.of(2)),
      GluExperts.create(ExpertOptions.of(8, 32, 16), 3));
  private final Linear out = Linear.create(32, 10, DataType.FLOAT, new SplittableRandom(4));
  private final NamedArrays parameters = NamedArrays.builder()
      .addAll("in", in.parameters())
      .addAll("moe", moe.parameters())
      .addAll("out", out.parameters())
      .build();
  private final Balancer balancer = Balancer.of(SwitchLoss.of(0.01));
  private final RestorableRandom random = RestorableRandom.ofSeed(5);
  private final Arena arena = new Arena();

  /** Trains from where the file says, or from the beginning; returns the validation curve. */
  public List<TrainingLoop.Point> train(Path file, long steps) throws IOException {
    Names training = Names.training();
    Names test = Names.test();
    LearningRate rate = LearningRate.cosine(2e-3, 0, 300).withWarmup(30);
    Optimizer optimizer = Optimizer.builder(parameters)
        .group(name -> name.endsWith("bias"), AdamW.of(0), rate) // no decay
        .rest(AdamW.of(0.1), rate)
        .build();
    TrainingLoop loop = TrainingLoop.builder(parameters, optimizer)
        .clipByGlobalNorm(1)
        .afterStep(balancer::step)
        .state("balancer", balancer)
        .state("random", random)
        .validate(50, () -> accuracy(test))
        .checkpoint(file, 100)
        .build();
    loop.resume();
    loop.run(steps, (step, gradients) -> learn(training.sample(64, random), gradients));
    return loop.curve();
  }

  private double learn(Names batch, Gradients into) {
    TokenMask all = TokenMask.none(batch.language().length);
    try (Arena.Scope scope = arena.open()) {
      Linear.Pass first = in.forward(batch.x(), all, scope);
      try (MoePass mixed = moe.forward(TokenBatch.training(first.y()))) {
        Linear.Pass last = out.forward(first.y().add(mixed.y()), all, scope); // residual
        LossGradient loss = CrossEntropy.create().of(last.y(), batch.language());
        balancer.balance(List.of(mixed));
        INDArray dh = Nd4j.zeros(DataType.FLOAT, batch.language().length, 32);
        last.backward(loss.gradient(), dh, into.part("out"));
        mixed.backward(dh, dh, into.part("moe")); // adds to the residual's gradient
        first.backward(dh, into.part("in"));
        return loss.value();
      }
    }
  }

  private double accuracy(Names names) {
    TokenMask all = TokenMask.none(names.language().length);
    try (Arena.Scope scope = arena.open()) {
      INDArray h = in.forward(names.x(), all, scope).y();
      try (MoePass mixed = moe.forward(TokenBatch.evaluation(h))) {
        return Accuracy.of(out.forward(h.add(mixed.y()), all, scope).y(), names.language());
      }
    }
  }

  public static void main(String[] args) throws IOException {
    new NameClassifier().train(Path.of(args[0]), 300).forEach(System.out::println);
  }
}
