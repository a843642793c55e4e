package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.testkit.RandomArrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Random tokens in random memory, with what belongs to a pass.
 *
 * @param x tokens [T,D], maybe a view
 * @param mask of the tokens
 * @param sequenceLength a divisor of T
 * @param ids of the tokens
 * @param mode of the pass
 * @param noise seed of the generator of the pass
 * @param step of training
 */
record RandomInput(
    INDArray x, TokenMask mask, int sequenceLength, int[] ids, Mode mode, long noise, long step) {
  /** Modes of a pass. */
  enum Mode {
    TRAINING,
    EVALUATION,
    DIFFERENTIABLE,
    INFERENCE
  }

  private static final int[] TOKENS = {0, 1, 2, 3, 4, 6, 8, 17};

  static RandomInput draw(SplittableRandom random, RandomLayer layer) {
    int tokens = Draw.of(random, TOKENS);
    int length = tokens == 0 ? 0 : 1 + random.nextInt(tokens);
    while (tokens > 0 && tokens % length != 0) {
      length--;
    }
    return new RandomInput(
        array(random, layer.type(), tokens, layer.width()),
        Draw.oneIn(random, 3) ? RandomArrays.mask(random, tokens) : TokenMask.none(tokens),
        Draw.oneIn(random, 2) ? tokens : length,
        random.ints(tokens, 0, 7).toArray(),
        Draw.of(random, Mode.values()),
        random.nextLong(),
        random.nextInt(3));
  }

  /** Standard normal numbers in one of many layouts. */
  static INDArray array(SplittableRandom random, DataType type, int rows, int width) {
    if (rows == 0) {
      return Nd4j.create(type, 0, width);
    }
    INDArray plain = RandomArrays.normal(type, random, rows, width);
    return switch (random.nextInt(8)) {
      case 0 -> {
        INDArray transposed = Nd4j.create(type, width, rows).transpose();
        yield transposed.assign(plain);
      }
      case 1 -> {
        INDArray wide = Nd4j.create(type, rows * 2, width * 2);
        INDArray view =
            wide.get(NDArrayIndex.interval(0, 2, rows * 2), NDArrayIndex.interval(0, 2, width * 2));
        yield view.assign(plain);
      }
      case 2 -> {
        INDArray tall = Nd4j.create(type, rows + 3, width);
        INDArray view = tall.get(NDArrayIndex.interval(2, rows + 2), NDArrayIndex.all());
        yield view.assign(plain);
      }
      case 3 -> plain.dup('f');
      default -> plain;
    };
  }

  int tokens() {
    return mask.tokens();
  }

  /** A new batch, with a new generator of the same seed. */
  TokenBatch batch() {
    return batch(mode);
  }

  /** The same in another mode. */
  TokenBatch batch(Mode other) {
    TokenBatch plain = switch (other) {
      case TRAINING -> TokenBatch.training(x, new SplittableRandom(noise));
      case EVALUATION -> TokenBatch.evaluation(x);
      case DIFFERENTIABLE -> TokenBatch.evaluation(x).differentiable();
      case INFERENCE -> TokenBatch.inference(x);
    };
    TokenBatch whole = plain.withMask(mask).withTokenIds(ids).atStep(step);
    return tokens() == 0 ? whole : whole.withSequenceLength(sequenceLength);
  }

  boolean hasBackward() {
    return mode == Mode.TRAINING || mode == Mode.DIFFERENTIABLE;
  }
}
