package io.github.moe4j.parallel.net;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A connection that carries bytes both ways. One thread reads while another writes; any thread closes. */
interface Wire {
  /**
   * Fills a buffer, from its position to its limit.
   *
   * @throws java.io.EOFException if the other side has closed
   */
  void read(ByteBuffer target) throws IOException;

  /** Writes all remaining bytes of some buffers; their positions are at their limits then. */
  void write(ByteBuffer... source) throws IOException;

  /** Tells the other side that nothing more is written. */
  void finish() throws IOException;

  /** Closes at once; reads and writes of other threads end with an exception. */
  void close();
}
