package io.github.moe4j.bench.peers.onednn;

import java.nio.FloatBuffer;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;

/** Rows of float32 numbers in oneDNN's memory. */
final class Matrix implements AutoCloseable {
  private final engine cpu;
  private final memory all;
  private final int columns;
  private final FloatBuffer values;

  Matrix(engine cpu, int rows, int columns) {
    this.cpu = cpu;
    this.columns = columns;
    this.all = new memory(desc(rows, columns, memory.format_tag.ab), cpu);
    this.values = new FloatPointer(all.get_data_handle())
        .capacity((long) rows * columns)
        .asBuffer();
  }

  /** Description of a matrix, laid out as the tag says. */
  static memory.desc desc(long rows, long columns, memory.format_tag tag) {
    return new memory.desc(new long[] {rows, columns}, memory.data_type.f32, tag);
  }

  /** The numbers, row after row. */
  FloatBuffer values() {
    return values;
  }

  /** All rows. */
  memory all() {
    return all;
  }

  /** The first rows, in the same memory. */
  memory first(int rows) {
    return new memory(
        desc(rows, columns, memory.format_tag.ab), cpu, all.get_data_handle());
  }

  @Override
  public void close() {
    all.close();
  }
}
