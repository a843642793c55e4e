package io.github.moe4j.bench.peers.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.stream;

/**
 * The three products of an expert with some number of rows, whichever expert it is. SiLU is done by
 * the gate's product as it stores results, the multiplication by the gate by that of up.
 */
final class GatedPass implements AutoCloseable {
  private final Call gate;
  private final Call up;
  private final Call down;

  /**
   * Prepares the products.
   *
   * @param in the rows [rows,D]
   * @param gated silu of the gate [rows,H]
   * @param hidden what goes down [rows,H]
   * @param out results [rows,D]
   */
  GatedPass(
      Product up, Product down, int rows, memory in, memory gated, memory hidden, memory out) {
    post_ops silu = new post_ops();
    silu.append_eltwise(dnnl.algorithm.eltwise_swish, 1, 0);
    post_ops times = new post_ops();
    times.append_binary(dnnl.algorithm.binary_mul, gated.get_desc());
    this.gate = new Call(up.primitive(rows, silu), in, gated);
    this.up = new Call(up.primitive(rows, times), in, hidden).withFactor(gated);
    this.down = new Call(down.primitive(rows, new post_ops()), hidden, out);
  }

  void run(stream stream, GatedWeights weights) {
    gate.run(stream, weights.gate());
    up.run(stream, weights.up());
    down.run(stream, weights.down());
    stream._wait();
  }

  @Override
  public void close() {
    gate.close();
    up.close();
    down.close();
  }
}
