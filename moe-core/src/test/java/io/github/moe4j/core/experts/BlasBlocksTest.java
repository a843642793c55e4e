package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.DropoutMask;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.NetworkBlocks.HiddenActivations;
import io.github.moe4j.core.internal.experts.RowBlock;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The products of BLAS, which no pass makes where the kernels run. */
@ExtendWith(Seeds.class)
class BlasBlocksTest {
  private static final int D = 5;
  private static final int H = 7;
  private static final int WORKERS = 2;

  /** Three rows of expert 0, none of expert 1, two of expert 2; the last of them first. */
  private static final List<RowBlock> BLOCKS =
      List.of(new RowBlock(2, 3, 5), new RowBlock(0, 1, 3), new RowBlock(0, 0, 1));

  private static final Assignments ROWS = Assignments.of(
      5, 3, new int[] {0, 1, 2, 3, 4}, new int[] {0, 0, 0, 2, 2}, new double[] {1, 1, 1, 1, 1});

  private record Subject(ExpertNetwork network, NamedArrays parameters, DataType type) {
    static Subject of(boolean gated, boolean biases, DataType type) {
      ExpertOptions options = ExpertOptions.of(3, D, H).withBiases(biases).withDataType(type);
      GluExperts glu = GluExperts.create(options, 1);
      FfnExperts ffn = FfnExperts.create(options, 1);
      NamedArrays parameters = gated ? glu.parameters() : ffn.parameters();
      RandomArrays.fill(parameters, Seeds.random(2), 0.5);
      return new Subject(gated ? glu.network() : ffn.network(), parameters, type);
    }

    INDArray normal(long salt) {
      return RandomArrays.normal(type, Seeds.random(salt), 5, D);
    }

    NaiveMoe naive() {
      return NaiveMoe.of(parameters, Activation.SILU);
    }

    double tolerance() {
      return type == DataType.DOUBLE ? 1e-12 : 1e-5;
    }
  }

  static Stream<Subject> subjects() {
    return Stream.of(DataType.DOUBLE, DataType.FLOAT)
        .flatMap(type -> Stream.of(
            Subject.of(false, false, type),
            Subject.of(false, true, type),
            Subject.of(true, false, type),
            Subject.of(true, true, type)));
  }

  private static BlasBlocks blocks(
      ExpertNetwork network,
      INDArray x,
      INDArray y,
      @Nullable HiddenActivations kept,
      DropoutMask dropout,
      BlockTimes times) {
    int own = kept == null ? WORKERS : 0;
    Elementwise[] elementwise = new Elementwise[WORKERS];
    Arrays.setAll(elementwise, worker -> new Elementwise());
    return new BlasBlocks(
        network,
        new ExpertRows(x),
        new ExpertRows(y),
        kept,
        IntStream.range(0, own)
            .mapToObj(w -> projected(network, x.dataType(), 2))
            .toList(),
        dropout,
        elementwise,
        times);
  }

  private static List<ExpertRows> projected(ExpertNetwork network, DataType type, int rows) {
    return network.projections().stream().map(p -> zeros(type, rows, p.out())).toList();
  }

  private static ExpertRows zeros(DataType type, int rows, int width) {
    return new ExpertRows(Nd4j.zeros(type, rows, width));
  }

  private static HiddenActivations kept(ExpertNetwork network, DataType type, int rows) {
    return new HiddenActivations(
        projected(network, type, rows), zeros(type, rows, network.down().in()));
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void forward_nothingKept_matchesNaive(Subject subject) {
    INDArray x = subject.normal(3);
    INDArray y = subject.normal(4);
    BlockTimes times = new BlockTimes();
    BlasBlocks blocks = blocks(subject.network, x, y, null, DropoutMask.ALL, times);
    for (int i = 0; i < BLOCKS.size(); i++) {
      blocks.forward(i % WORKERS, BLOCKS.get(i));
    }
    double[][] expected = subject.naive().forward(Near.matrix(x), ROWS);
    assertNear("y", expected, y, subject.tolerance());
    assertBetweenZeroAndOne(times.elementwiseShare());
  }

  @ParameterizedTest
  @MethodSource("subjects")
  void forwardAndBackward_kept_matchNaive(Subject subject) {
    ExpertNetwork network = subject.network;
    INDArray x = subject.normal(3);
    INDArray y = subject.normal(4);
    INDArray dy = subject.normal(5);
    INDArray dx = Nd4j.ones(subject.type, 5, D);
    HiddenActivations kept = kept(network, subject.type, 5);
    List<ExpertRows> dProjected = projected(network, subject.type, 5);
    BlockTimes ofForward = new BlockTimes();
    BlockTimes ofBackward = new BlockTimes();
    BlasBlocks forward = blocks(network, x, y, kept, DropoutMask.ALL, ofForward);
    BlasBlocks backward = blocks(network, x, y, kept, DropoutMask.ALL, ofBackward);
    BLOCKS.forEach(block -> forward.forward(1, block));
    BLOCKS.forEach(
        block -> backward.backward(1, block, new ExpertRows(dy), dProjected, new ExpertRows(dx)));
    NaiveMoe naive = subject.naive();
    double[][] rows = Near.matrix(x);
    assertNear("y", naive.forward(rows, ROWS), y, subject.tolerance());
    double[][] expected = naive.backward(rows, ROWS, Near.matrix(dy)).dx();
    assertNear("dx, added to 1", expected, dx.sub(1), subject.tolerance());
    assertBetweenZeroAndOne(ofForward.elementwiseShare());
    assertBetweenZeroAndOne(ofBackward.elementwiseShare());
  }

  private static void assertBetweenZeroAndOne(double share) {
    assertTrue(share > 0 && share < 1, () -> "share was " + share);
  }

  @Test
  void forwardAndBackward_dropout_byHand() {
    // x = 1, hidden relu(1, 2, 3, 4) of which 2 and 4 are kept, times 1.25; down sums: 7.5.
    // Backward of dy = 2: dHidden is 2.5 where kept; dx = 2.5·2 + 2.5·4 = 15.
    INDArray up = Nd4j.createFromArray(1.0, 2.0, 3.0, 4.0).reshape('c', 1, 4, 1);
    INDArray down = Nd4j.ones(DataType.DOUBLE, 1, 1, 4);
    ExpertNetwork network = FfnExperts.of(Activation.RELU, up, null, down, null).network();
    INDArray ones = Nd4j.createFromArray(0.0, 1.0, 0.0, 1.0).reshape('c', 1, 4);
    DropoutMask mask = new DropoutMask(new ExpertRows(ones), 1.25);
    INDArray x = Nd4j.ones(DataType.DOUBLE, 1, 1);
    INDArray y = Nd4j.zeros(DataType.DOUBLE, 1, 1);
    HiddenActivations kept = kept(network, DataType.DOUBLE, 1);
    BlasBlocks blocks = blocks(network, x, y, kept, mask, new BlockTimes());
    RowBlock block = new RowBlock(0, 0, 1);
    blocks.forward(0, block);
    assertNear("y", new double[] {7.5}, values(y), 1e-14);
    ExpertRows dy = new ExpertRows(Nd4j.createFromArray(2.0).reshape('c', 1, 1));
    ExpertRows dx = zeros(DataType.DOUBLE, 1, 1);
    List<ExpertRows> dProjected = projected(network, DataType.DOUBLE, 1);
    blocks.backward(0, block, dy, dProjected, dx);
    double[] expected = {0, 2.5, 0, 2.5};
    assertNear("dUp", expected, values(dProjected.get(0).array()), 1e-14);
    assertNear("dx", new double[] {15}, values(dx.array()), 1e-14);
  }
}
