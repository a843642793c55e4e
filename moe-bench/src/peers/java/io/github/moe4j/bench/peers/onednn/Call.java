package io.github.moe4j.bench.peers.onednn;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;

/** A primitive with its arguments, of which only the weights change. */
final class Call implements AutoCloseable {
  private final matmul primitive;
  private final IntMemoryMap arguments = new IntMemoryMap();

  Call(matmul primitive, memory rows, memory results) {
    this.primitive = primitive;
    arguments.put(dnnl.DNNL_ARG_SRC, rows);
    arguments.put(dnnl.DNNL_ARG_DST, results);
  }

  /** Adds what the primitive's first operation after the product multiplies by. */
  Call withFactor(memory factor) {
    arguments.put(dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | dnnl.DNNL_ARG_SRC_1, factor);
    return this;
  }

  void run(stream stream, memory weights) {
    arguments.put(dnnl.DNNL_ARG_WEIGHTS, weights);
    primitive.execute(stream, arguments);
  }

  @Override
  public void close() {
    arguments.close();
    primitive.close();
  }
}
