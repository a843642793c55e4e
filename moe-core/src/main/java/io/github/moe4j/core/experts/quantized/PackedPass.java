package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.experts.BlockSchedule;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.core.internal.experts.RowWindow;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One forward pass of packed networks, block by block. */
final class PackedPass {
  private final PackedNetwork network;
  private final ExpertRows x;
  private final ExpertRows y;
  private final BlockSchedule schedule;
  private final ManyRows[] many;
  private final BlockTimes times;

  PackedPass(
      PackedNetwork network,
      ExpertRows x,
      ExpertRows y,
      int[] start,
      Arena.Scope scope,
      BlockTimes times) {
    this.network = network;
    this.x = x;
    this.y = y;
    this.times = times;
    this.schedule = new BlockSchedule(start);
    this.many = new ManyRows[schedule.workers()];
    if (schedule.mostRows() > Gemm.FEW_ROWS) {
      Arrays.setAll(many, worker -> new ManyRows(schedule.mostRows(), scope));
    }
  }

  void run() {
    schedule.run(() -> schedule.forEach((worker, block) -> {
      PackedWorker taken = network.idle().poll();
      PackedWorker own = taken == null ? new PackedWorker(network) : taken;
      if (block.rows() <= Gemm.FEW_ROWS) {
        own.run(network, block.expert(), x.of(block), y.of(block), times);
      } else {
        many[worker].run(block, own.room());
      }
      network.idle().add(own);
    }));
  }

  /** One thread's work on blocks of many rows, in memory of the pass. */
  private final class ManyRows {
    private final List<ExpertRows> projected;
    private final INDArray ofProjections;
    private final INDArray ofDown;
    private final Elementwise elementwise = new Elementwise();

    ManyRows(int rows, Arena.Scope scope) {
      this.projected = network.projections().stream()
          .map(p -> new ExpertRows(scope.take(DataType.FLOAT, rows, p.out())))
          .toList();
      this.ofProjections = weights(network.projections().get(0), scope);
      this.ofDown = weights(network.down(), scope);
    }

    private static INDArray weights(PackedLinear linear, Arena.Scope scope) {
      int inputs = Math.min(linear.in(), PackedLinear.MOST_INPUTS);
      return scope.take(DataType.FLOAT, inputs, linear.out());
    }

    void run(RowBlock block, PackedRoom room) {
      long start = System.nanoTime();
      List<RowWindow> values =
          projected.stream().map(rows -> rows.first(block.rows())).toList();
      for (int p = 0; p < values.size(); p++) {
        PackedLinear projection = network.projections().get(p);
        projection.many(block.expert(), x.of(block), values.get(p), ofProjections, room);
      }
      long multiplied = System.nanoTime();
      // Nothing reads the first projection again, so hidden rows take its place.
      RowWindow hidden = values.get(0);
      HiddenFunction function = network.function();
      elementwise.apply(
          hidden.from(),
          hidden.to(),
          values.stream().map(RowWindow::rows).toList(),
          List.of(hidden.rows()),
          (in, out) -> function.values(in, out[0]));
      long changed = System.nanoTime();
      network.down().many(block.expert(), hidden, y.of(block), ofDown, room);
      times.add(start, multiplied, changed);
    }
  }
}
