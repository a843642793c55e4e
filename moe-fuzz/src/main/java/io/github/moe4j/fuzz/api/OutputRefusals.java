package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.fuzz.Draw;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Arrays for outputs that must be refused. */
final class OutputRefusals {
  private static final int TOKENS = 3;

  private final Sequence sequence;
  private final SplittableRandom random;

  OutputRefusals(Sequence sequence) {
    this.sequence = sequence;
    this.random = sequence.random();
  }

  void run() {
    DataType type = sequence.subject().type();
    int width = sequence.subject().width();
    INDArray all = Nd4j.ones(type, 2 * TOKENS, width);
    INDArray x = rows(all, 0);
    DataType otherType = type == DataType.FLOAT ? DataType.DOUBLE : DataType.FLOAT;
    INDArray closed = Nd4j.create(type, TOKENS, width);
    closed.close();
    List<INDArray> wrong = new ArrayList<>(List.of(
        Nd4j.ones(type, TOKENS, width + 1),
        Nd4j.ones(type, TOKENS + 1, width),
        Nd4j.ones(type, TOKENS * width),
        Nd4j.ones(otherType, TOKENS, width),
        closed,
        x,
        rows(all, 1)));
    if (width > 1) {
      wrong.add(Nd4j.ones(type, width, TOKENS).transpose());
    }
    parameterView(width).ifPresent(wrong::add);
    INDArray y = Draw.of(random, wrong);
    TokenBatch batch = TokenBatch.evaluation(x).withTokenIds(0, 1, 2);
    Snapshot before = sequence.snapshot().with("x", all).with("y", y);
    sequence.calls().refused("a wrong y", before, () -> sequence.layer().forward(batch, y));
  }

  private static INDArray rows(INDArray all, int from) {
    return all.get(NDArrayIndex.interval(from, from + TOKENS), NDArrayIndex.all());
  }

  /** An output over the memory of a parameter. */
  private Optional<INDArray> parameterView(int width) {
    NamedArrays parameters = sequence.layer().parameters();
    return parameters.names().stream()
        .map(parameters::get)
        .filter(array -> array.dataType() == sequence.subject().type()
            && array.length() >= (long) TOKENS * width)
        .findFirst()
        .map(array -> array
            .reshape(array.length())
            .get(NDArrayIndex.interval(0, TOKENS * width))
            .reshape(TOKENS, width));
  }
}
