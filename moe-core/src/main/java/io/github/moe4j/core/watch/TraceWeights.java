package io.github.moe4j.core.watch;

/** How a trace keeps the weights of assignments. */
public enum TraceWeights {
  /** No weights: enough for statistics, and for a replay that recomputes weights. */
  NONE(0),
  /** Rounded to float32. */
  FLOAT32(4),
  /** Unrounded: a replay gives the same bits. */
  FLOAT64(8);

  private final int bytes;

  TraceWeights(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an assignment's weight, which also stand for the constant in a file. */
  int bytes() {
    return bytes;
  }
}
