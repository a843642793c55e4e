package io.github.moe4j.core.internal.experts;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;
import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.internal.experts.KernelPass.Element;
import io.github.moe4j.core.internal.experts.KernelPass.Sizes;
import io.github.moe4j.core.internal.kernel.LoadedKernels;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Blocks by the kernels against plain loops, in rooms that hold NaN of an earlier block. Numbers are whole and
 * small, so sums are exact in any order. Needs the module, but not that the JVM compiles vectors.
 */
class KernelBlocksTest {
  @BeforeAll
  static void requireModule() {
    LoadedKernels.requireModule();
  }

  private static <A> KernelPass<A> pass(Element<A> element, Sizes sizes, boolean extras) {
    KernelPass<A> old = new KernelPass<>(element, sizes.even(), true, true, new Squares());
    KernelBlocks<A> blocks = old.blocks(true);
    blocks.forward(0, old.block);
    old.backward(blocks);
    return new KernelPass<>(element, sizes, extras, false, new Squares());
  }

  static Stream<Element<?>> elements() {
    return Stream.of(Element.floats(), Element.doubles());
  }

  private static List<Sizes> sizes(int width) {
    return List.of(
        new Sizes(1, 5, 7, 2),
        new Sizes(width / 2 + 1, 7, 5, 3),
        new Sizes(width + 1, 301, 61, 2), // weights in several parts, the last panel narrow
        new Sizes(2 * width + 3, 5, 2 * SEGMENT + 3, 1), // many tokens: hidden values in two spans
        new Sizes(9, SEGMENT, SEGMENT, 1), // segments exactly
        new Sizes(3, SEGMENT + 1, 2, 1),
        new Sizes(3, 2, SEGMENT + 1, 2));
  }

  @ParameterizedTest
  @MethodSource("elements")
  void forwardAndBackward_awkwardSizes_matchLoops(Element<?> element) {
    for (Sizes sizes : sizes(element.width())) {
      checkKept(pass(element, sizes, true), sizes + " with biases and dropout");
      checkKept(pass(element, sizes, false), sizes.toString());
    }
  }

  private static <A> void checkKept(KernelPass<A> pass, String name) {
    double[][][] values = pass.expectedProjected();
    double[][] hidden = pass.expectedHidden(values, true);
    double[][] outputs = pass.expectedOutputs(hidden);
    double[][][] gradients = pass.expectedGradients(values);
    double[][] inputs = pass.expectedInputs(gradients);
    KernelBlocks<A> blocks = pass.blocks(true);
    blocks.forward(0, pass.block);
    pass.backward(blocks);
    for (int p = 0; p < values.length; p++) {
      assertNear(name + ": projection " + p, values[p], pass.projected.get(p), 0);
    }
    assertNear(name + ": hidden", hidden, pass.hidden, 0);
    assertNear(name + ": y", outputs, pass.y, 0);
    for (int p = 0; p < values.length; p++) {
      assertNear(name + ": gradient " + p, gradients[p], pass.dProjected.get(p), 0);
    }
    assertNear(name + ": dx", inputs, pass.dx, 0);
  }

  @ParameterizedTest
  @MethodSource("elements")
  void forward_nothingKept_matchesLoops(Element<?> element) {
    for (Sizes sizes : sizes(element.width())) {
      checkEvaluation(pass(element, sizes, true), sizes.toString());
    }
  }

  private static <A> void checkEvaluation(KernelPass<A> pass, String name) {
    double[][] hidden = pass.expectedHidden(pass.expectedProjected(), false);
    double[][] outputs = pass.expectedOutputs(hidden);
    pass.blocks(false).forward(0, pass.block);
    assertNear(name, outputs, pass.y, 0);
  }

  /** More hidden values than the least array of panels holds. */
  @ParameterizedTest
  @MethodSource("elements")
  void forward_largestPanels_matchesLoops(Element<?> element) {
    int rows = 2 * element.width();
    int hidden = (1 << 19) / rows + 1;
    assertEquals(1, hidden & 1);
    checkEvaluation(
        new KernelPass<>(element, new Sizes(rows, 1, hidden, 1), false, false, new Squares()), "y");
  }

  @ParameterizedTest
  @MethodSource("elements")
  void forward_partsOfWeights_functionOfEachHiddenValueOnce(Element<?> element) {
    int tile = element.kernel().kernel().tileRows();
    for (int hidden = 4 * tile; hidden <= 5 * tile; hidden += tile) {
      Sizes sizes = new Sizes(element.width() + 1, 300, hidden, 2);
      KernelPass<?> pass = new KernelPass<>(element, sizes, true, false, new Squares());
      pass.blocks(true).forward(0, pass.block);
      List<Integer> lengths = pass.function.lengths;
      // One whole panel of tokens and a narrow one, half as wide.
      int values = hidden * (element.width() + element.width() / 2);
      assertEquals(values, lengths.stream().mapToInt(n -> n).sum());
      assertFalse(lengths.contains(0), "called for nothing");
    }
  }

  /** Takes far longer than all before it. */
  private static final class Slow extends Squares {
    private long begun;
    private long spent;

    void begin() {
      begun = System.nanoTime();
    }

    private void takeLong() {
      long from = System.nanoTime();
      do {
        spent = System.nanoTime() - from;
      } while (spent <= 9 * (from - begun));
    }

    @Override
    public void values(double[][] projected, double[] hidden) {
      takeLong();
      super.values(projected, hidden);
    }

    @Override
    public void gradients(double[][] projected, double[] dHidden, double[][] dProjected) {
      takeLong();
      super.gradients(projected, dHidden, dProjected);
    }

    /** The share of the whole time is at least that of the function in what was measured around both. */
    void assertShare(BlockTimes times) {
      double least = (double) spent / (System.nanoTime() - begun);
      double share = times.elementwiseShare();
      assertTrue(share >= least && share <= 1, () -> "share " + share + ", at least " + least);
    }
  }

  @Test
  void forwardAndBackward_slowFunction_itsShareOfTheTime() {
    Element<?> element = Element.doubles();
    Slow function = new Slow();
    checkTimes(new KernelPass<>(element, new Sizes(1, 5, 7, 2), false, false, function), function);
  }

  private static <A> void checkTimes(KernelPass<A> pass, Slow function) {
    KernelBlocks<A> forward = pass.blocks(true);
    function.begin();
    forward.forward(0, pass.block);
    function.assertShare(forward.times());
    KernelBlocks<A> backward = pass.blocks(true);
    function.begin();
    pass.backward(backward);
    function.assertShare(backward.times());
  }
}
