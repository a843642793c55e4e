package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.RowWindow;

/** One thread's work on few rows, with memory that it keeps from pass to pass. Not thread-safe. */
final class PackedWorker {
  private final PackedRoom room;
  private final float[][] x;
  private final float[][] y;
  private final float[][] hidden;
  private final float[][][] projected;

  /** Memory for networks of the shapes of one. */
  PackedWorker(PackedNetwork network) {
    int rows = Gemm.FEW_ROWS;
    int width = network.down().out();
    int hiddenWidth = network.down().in();
    this.room = new PackedRoom(Math.max(width, hiddenWidth), rows);
    this.x = new float[rows][width];
    this.y = new float[rows][width];
    this.hidden = new float[rows][hiddenWidth];
    this.projected = new float[network.projections().size()][rows][hiddenWidth];
  }

  PackedRoom room() {
    return room;
  }

  /**
   * Runs an expert on its rows.
   *
   * @param network of the shapes for which this was made
   * @param xR at most {@link Gemm#FEW_ROWS} rows [n,D]. Not modified.
   * @param yR as many [n,D]. Modified: overwritten.
   */
  void run(PackedNetwork network, int expert, RowWindow xR, RowWindow yR, BlockTimes times) {
    long start = System.nanoTime();
    int rows = xR.to() - xR.from();
    for (int r = 0; r < rows; r++) {
      xR.rows().read(xR.from() + r, x[r]);
    }
    for (int p = 0; p < projected.length; p++) {
      network.projections().get(p).few(expert, rows, x, projected[p], room);
    }
    long multiplied = System.nanoTime();
    float[][] ofRow = new float[projected.length][];
    for (int r = 0; r < rows; r++) {
      for (int p = 0; p < projected.length; p++) {
        ofRow[p] = projected[p][r];
      }
      network.function().values(ofRow, hidden[r]);
    }
    long changed = System.nanoTime();
    network.down().few(expert, rows, hidden, y, room);
    for (int r = 0; r < rows; r++) {
      yR.rows().write(yR.from() + r, y[r]);
    }
    times.add(start, multiplied, changed);
  }
}
