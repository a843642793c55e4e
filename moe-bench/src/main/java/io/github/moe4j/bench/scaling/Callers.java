package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Two threads that call one layer, each with its own tokens. */
final class Callers implements AutoCloseable {
  private static final int MOST = 2;

  private final String name;
  private final MoeLayer layer;
  private final List<TokenBatch> inputs = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(MOST);

  Callers(LayerShape shape) {
    this.name = shape.name();
    this.layer = ShapedLayer.of(shape);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < MOST; i++) {
      inputs.add(TokenBatch.evaluation(ShapedLayer.tokens(shape, random)));
    }
  }

  /** Lets the first callers make so many passes each, at once; returns when all are done. */
  void run(int callers, int passes) {
    atOnce(callers, caller -> {
      for (int i = 0; i < passes; i++) {
        layer.forward(inputs.get(caller)).close();
      }
    });
  }

  /** Throws unless both, running concurrently, get bit-identical results to running alone. */
  void requireSameAsAlone(int passes) {
    List<float[]> alone = inputs.stream().map(this::output).toList();
    atOnce(MOST, caller -> {
      for (int i = 0; i < passes; i++) {
        if (!Arrays.equals(alone.get(caller), output(inputs.get(caller)))) {
          throw new IllegalStateException(
              name + ": outputs of two concurrent callers differ from those of one caller");
        }
      }
    });
  }

  private float[] output(TokenBatch input) {
    try (MoePass pass = layer.forward(input);
        INDArray copy = pass.y().dup('c')) {
      return copy.data().asFloat();
    }
  }

  private void atOnce(int callers, IntConsumer work) {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      int caller = i;
      tasks.add(() -> {
        work.accept(caller);
        return null;
      });
    }
    try {
      for (Future<Void> task : threads.invokeAll(tasks)) {
        task.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while callers ran", e);
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    inputs.forEach(input -> input.x().close());
    ShapedLayer.close(layer);
  }
}
