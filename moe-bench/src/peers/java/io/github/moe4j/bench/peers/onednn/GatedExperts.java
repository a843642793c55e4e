package io.github.moe4j.bench.peers.onednn;

import io.github.moe4j.bench.peers.PeerCase;
import io.github.moe4j.bench.roofline.LayerShape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.stream;

/** SwiGLU experts that run one after another over the same memory for rows. */
final class GatedExperts implements AutoCloseable {
  private final stream stream;
  private final Product up;
  private final Product down;
  private final List<GatedWeights> weights = new ArrayList<>();
  private final Matrix in;
  private final Matrix gated;
  private final Matrix hidden;
  private final Matrix out;
  private final Map<Integer, GatedPass> passes = new HashMap<>();

  GatedExperts(engine cpu, stream stream, PeerCase work) {
    LayerShape shape = work.shape();
    this.stream = stream;
    int usual = Math.max(1, shape.tokens() * shape.k() / shape.experts());
    this.up = new Product(cpu, shape.width(), shape.hidden(), usual);
    this.down = new Product(cpu, shape.hidden(), shape.width(), usual);
    for (int e = 0; e < shape.experts(); e++) {
      weights.add(new GatedWeights(
          up.pack(stream, work.gate(), e),
          up.pack(stream, work.up(), e),
          down.pack(stream, work.down(), e)));
    }
    // An expert may have all tokens.
    this.in = new Matrix(cpu, shape.tokens(), shape.width());
    this.gated = new Matrix(cpu, shape.tokens(), shape.hidden());
    this.hidden = new Matrix(cpu, shape.tokens(), shape.hidden());
    this.out = new Matrix(cpu, shape.tokens(), shape.width());
  }

  /** Where an expert's rows are to be written. */
  FloatBuffer in() {
    return in.values();
  }

  /** Where an expert's results are. */
  FloatBuffer out() {
    return out.values();
  }

  /** Runs an expert over the first rows of the memory. */
  void run(int expert, int rows) {
    passes
        .computeIfAbsent(rows, this::pass)
        .run(stream, weights.get(expert));
  }

  private GatedPass pass(int rows) {
    return new GatedPass(
        up, down, rows, in.first(rows), gated.first(rows), hidden.first(rows), out.first(rows));
  }

  @Override
  public void close() {
    passes.values().forEach(GatedPass::close);
    weights.forEach(GatedWeights::close);
    in.close();
    gated.close();
    hidden.close();
    out.close();
  }
}
