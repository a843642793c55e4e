package io.github.moe4j.bench.soak;

import io.github.moe4j.bench.distributed.Fingerprints;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Evaluation of one layer that all callers share, with batches of changing sizes. Every second output is closed, the others
 * are left to the garbage collector, every third pass too.
 */
record ServingTask(String name, MoeLayer layer) implements SoakTask {
  private static final int PASSES = 12;
  private static final int MOST_TOKENS = 200;

  @Override
  public long run() {
    SplittableRandom drawn = new SplittableRandom(7);
    Fingerprints found = new Fingerprints();
    for (int i = 0; i < PASSES; i++) {
      int tokens = drawn.nextInt(1, MOST_TOKENS);
      int width = layer.modelWidth();
      INDArray x = Initializer.normal(1).create(DataType.FLOAT, drawn, tokens, width);
      MoePass pass = layer.forward(i % 2 == 0 ? TokenBatch.evaluation(x) : TokenBatch.inference(x));
      INDArray y = pass.y();
      found.add("pass " + i, y);
      if (i % 3 != 0) {
        pass.close();
      }
      if (i % 2 == 0) {
        y.close();
      }
    }
    return found.sum();
  }
}
