package io.github.moe4j.bench.peers.onednn;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;

/** A product of rows with transposed weights of one shape, all packed in the same layout. */
final class Product {
  private final engine cpu;
  private final int inputs;
  private final int outputs;
  private final memory.desc packed;

  /**
   * Asks for the layout.
   *
   * @param rows number of rows that the layout is best for
   */
  Product(engine cpu, int inputs, int outputs, int rows) {
    this.cpu = cpu;
    this.inputs = inputs;
    this.outputs = outputs;
    memory.desc any = Matrix.desc(inputs, outputs, memory.format_tag.any);
    this.packed = description(rows, any, new post_ops()).weights_desc();
  }

  private matmul.primitive_desc description(int rows, memory.desc weights, post_ops after) {
    primitive_attr attributes = new primitive_attr();
    attributes.set_post_ops(after);
    return new matmul.primitive_desc(
        cpu,
        Matrix.desc(rows, inputs, memory.format_tag.ab),
        weights,
        Matrix.desc(rows, outputs, memory.format_tag.ab),
        attributes,
        false);
  }

  /**
   * The primitive for a number of rows.
   *
   * @param after what it does with a result before it is stored
   */
  matmul primitive(int rows, post_ops after) {
    return new matmul(description(rows, packed, after));
  }

  /**
   * Packs a weight.
   *
   * @param weights [outputs,inputs] of several, one after another. Not modified.
   * @param index of the one to pack
   */
  memory pack(stream stream, float[] weights, int index) {
    try (Matrix plain = new Matrix(cpu, outputs, inputs)) {
      int size = inputs * outputs;
      plain.values().put(0, weights, index * size, size);
      memory transposed = new memory(
          Matrix.desc(inputs, outputs, memory.format_tag.ba), cpu, plain.all().get_data_handle());
      memory own = new memory(packed, cpu);
      new reorder(transposed, own).execute(stream, transposed, own);
      stream._wait();
      return own;
    }
  }
}
