package io.github.moe4j.core.experts.quantized;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.core.internal.kernel.LoadedKernels;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class PanelBlocksTest {
  /** Takes far longer, at its first call, than all before it. */
  private static final class Slow implements HiddenFunction {
    private long begun;
    private long spent;

    @Override
    public void values(float[][] projected, float[] hidden) {
      long from = System.nanoTime();
      while (spent <= 9 * (from - begun)) {
        spent = System.nanoTime() - from;
      }
    }

    @Override
    public void values(double[][] projected, double[] hidden) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void gradients(double[][] projected, double[] dHidden, double[][] dProjected) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void gradients(float[][] projected, float[] dHidden, float[][] dProjected) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Experts networks(NamedArrays arrays, double dropout) {
      throw new UnsupportedOperationException();
    }
  }

  /** The share is at least that of the function in the time that was measured around the block. */
  @Test
  void forward_slowFunction_itsShareOfTheTime() {
    GluExperts experts = GluExperts.create(ExpertOptions.of(1, 5, 7), Seeds.seed());
    StoredNetwork stored = StoredNetwork.of(
        experts, StoredCopies.of(experts.parameters(), false, 1, HeapMatrix.file()));
    Slow function = new Slow();
    PanelNetwork network = PanelNetwork.of(
        LoadedKernels.load(),
        function,
        stored.names(),
        stored.experts().get(0),
        WeightFormat.FLOAT32);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 1, 5);
    BlockTimes times = new BlockTimes();
    PanelBlocks blocks =
        new PanelBlocks(network, new ExpertRows(x), new ExpertRows(x.dup()), times);
    function.begun = System.nanoTime();
    blocks.forward(0, new RowBlock(0, 0, 1));
    double least = (double) function.spent / (System.nanoTime() - function.begun);
    double share = times.elementwiseShare();
    assertTrue(share >= least && share <= 1, () -> "share " + share + ", at least " + least);
  }
}
