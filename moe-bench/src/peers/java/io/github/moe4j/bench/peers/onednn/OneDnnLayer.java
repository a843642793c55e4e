package io.github.moe4j.bench.peers.onednn;

import io.github.moe4j.bench.peers.PeerCase;
import io.github.moe4j.bench.peers.PeerLayer;
import io.github.moe4j.bench.peers.SortedRows;
import io.github.moe4j.bench.roofline.LayerShape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.stream;

/**
 * The layer with oneDNN's products. An expert's rows are copied together, and its results added to
 * those of their tokens, while they are in the cache. That is done by the calling thread: OpenMP's
 * other threads spin between two products and would compete with threads of Java.
 */
final class OneDnnLayer implements PeerLayer {
  private final LayerShape shape;
  private final engine cpu = new engine(engine.kind.cpu, 0);
  private final stream stream = new stream(cpu);
  private final Matrix x;
  private final Matrix logits;
  private final memory routerWeight;
  private final Call router;
  private final GatedExperts experts;
  private final float[] y;
  private final float[] scores;
  private final float[] row;

  OneDnnLayer(PeerCase work) {
    this.shape = work.shape();
    this.x = new Matrix(cpu, shape.tokens(), shape.width());
    x.values().put(0, work.x());
    this.logits = new Matrix(cpu, shape.tokens(), shape.experts());
    Product product = new Product(cpu, shape.width(), shape.experts(), shape.tokens());
    this.routerWeight = product.pack(stream, work.router(), 0);
    this.router = new Call(
        product.primitive(shape.tokens(), new post_ops()), x.all(), logits.all());
    this.experts = new GatedExperts(cpu, stream, work);
    this.y = new float[work.x().length];
    this.scores = new float[shape.tokens() * shape.experts()];
    this.row = new float[shape.width()];
  }

  @Override
  public void run() {
    router.run(stream, routerWeight);
    stream._wait();
    logits.values().get(0, scores);
    Choices choices = Choices.of(scores, shape.experts(), shape.k());
    SortedRows sorted = SortedRows.of(choices.experts(), shape.experts(), shape.k());
    float[] weights = new float[choices.weights().length];
    for (int i = 0; i < weights.length; i++) {
      weights[(int) sorted.row()[i]] = choices.weights()[i];
    }
    Arrays.fill(y, 0);
    int from = 0;
    for (int i = 0; i < sorted.experts().length; i++) {
      int to = i < sorted.ends().length ? (int) sorted.ends()[i] : weights.length;
      gather(sorted.token(), from, to);
      experts.run(sorted.experts()[i], to - from);
      add(sorted.token(), weights, from, to);
      from = to;
    }
  }

  private void gather(long[] tokens, int from, int to) {
    int width = shape.width();
    for (int r = from; r < to; r++) {
      experts.in().put((r - from) * width, x.values(), (int) tokens[r] * width, width);
    }
  }

  private void add(long[] tokens, float[] weights, int from, int to) {
    int width = shape.width();
    FloatBuffer results = experts.out();
    for (int r = from; r < to; r++) {
      // Loops over arrays become vector instructions, those over buffers don't.
      results.get((r - from) * width, row);
      int start = (int) tokens[r] * width;
      float weight = weights[r];
      for (int d = 0; d < width; d++) {
        y[start + d] += weight * row[d];
      }
    }
  }

  @Override
  public Map<String, float[]> results() {
    run();
    return Map.of("y", y.clone());
  }

  @Override
  public void close() {
    router.close();
    routerWeight.close();
    experts.close();
    x.close();
    logits.close();
    stream.close();
    cpu.close();
  }
}
