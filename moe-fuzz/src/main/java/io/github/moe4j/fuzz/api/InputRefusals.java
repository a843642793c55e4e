package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.fuzz.Draw;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Batches that must be refused, by the batch itself or by the layer. */
final class InputRefusals {
  private final Sequence sequence;
  private final SplittableRandom random;

  InputRefusals(Sequence sequence) {
    this.sequence = sequence;
    this.random = sequence.random();
  }

  void run() {
    RandomInput input = RandomInput.draw(random, sequence.subject());
    DataType type = sequence.subject().type();
    int width = sequence.subject().width();
    int tokens = input.tokens();
    DataType otherType = type == DataType.FLOAT ? DataType.DOUBLE : DataType.FLOAT;
    List<Runnable> wrong = List.of(
        () -> refusedTokens("a wrong width", Nd4j.create(type, 3, width + 1)),
        () -> refusedTokens("a wrong type", Nd4j.create(otherType, 3, width)),
        () -> refusedTokens("a vector", Nd4j.create(type, width)),
        () -> refusedTokens("three axes", Nd4j.create(type, 1, 3, width)),
        () -> refusedTokens("whole numbers", Nd4j.create(DataType.INT32, 3, width)),
        () -> refusedTokens("float16", Nd4j.create(DataType.FLOAT16, 3, width)),
        () -> refusedTokens("no width", Nd4j.create(type, 3, 0)),
        () -> refusedTokens("a closed array", closed(type, width)),
        this::closedAfterwards,
        this::notFinite,
        () -> refusedBatch(
            "a mask of other tokens", () -> input.batch().withMask(TokenMask.none(tokens + 1))),
        () -> refusedBatch("too few ids", () -> input.batch().withTokenIds(new int[tokens + 2])),
        () -> refusedBatch("a negative step", () -> input.batch().atStep(-1)),
        () -> refusedBatch("a sequence length of 0", () -> input.batch().withSequenceLength(0)),
        () -> refusedBatch(
            "sequences longer than the batch",
            () -> TokenBatch.evaluation(Nd4j.create(type, 3, width)).withSequenceLength(4)),
        () -> refusedBatch("a negative mask", () -> TokenMask.none(-1)));
    Draw.of(random, wrong).run();
  }

  private void refusedBatch(String what, Runnable call) {
    sequence.calls().refused(what, sequence.snapshot(), call);
  }

  private void refusedTokens(String what, INDArray x) {
    refusedBatch("a forward of " + what, () -> sequence.layer().forward(TokenBatch.evaluation(x)));
  }

  private static INDArray closed(DataType type, int width) {
    INDArray x = Nd4j.create(type, 3, width);
    x.close();
    return x;
  }

  private void closedAfterwards() {
    INDArray x = Nd4j.create(sequence.subject().type(), 3, sequence.subject().width());
    TokenBatch batch = TokenBatch.evaluation(x);
    x.close();
    refusedBatch("a forward of tokens closed later", () -> sequence.layer().forward(batch));
  }

  /** A router may not read activations; then experts pass on what is not finite. */
  private void notFinite() {
    INDArray x = Nd4j.create(sequence.subject().type(), 3, sequence.subject().width());
    double number = Draw.of(random, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    x.putScalar(random.nextInt(3), random.nextInt(sequence.subject().width()), number);
    TokenBatch batch = TokenBatch.evaluation(x).withTokenIds(0, 1, 2);
    sequence
        .calls()
        .either("tokens not finite", sequence.snapshot(), () -> sequence.layer().forward(batch));
  }
}
