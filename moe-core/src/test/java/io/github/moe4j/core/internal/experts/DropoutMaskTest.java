package io.github.moe4j.core.internal.experts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class DropoutMaskTest {
  /** Returns recorded uniform numbers. */
  private static final class Recorded implements RandomGenerator {
    private final Iterator<Double> numbers;

    Recorded(Double... numbers) {
      this.numbers = List.of(numbers).iterator();
    }

    @Override
    public long nextLong() {
      throw new UnsupportedOperationException();
    }

    @Override
    public double nextDouble() {
      return numbers.next();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void draw_numbersAroundTheRate_droppedWhereBelow(DataType type) {
    INDArray ones = Nd4j.valueArrayOf(new long[] {2, 3}, 7.0, type);
    RandomGenerator random =
        new Recorded(0.0, 0.75, 0.999, Math.nextDown(0.75), Math.nextUp(0.75), 0.5);
    DropoutMask mask = DropoutMask.draw(0.75, random, ones);
    assertArrayEquals(new double[] {0, 1, 1, 0, 1, 0}, Near.values(ones));
    assertSame(ones, Objects.requireNonNull(mask.ones()).array());
    assertEquals(4, mask.factor());
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void scale_block_factorWhereKeptAndOtherRowsStay(DataType type) {
    INDArray ones = RandomArrays.of(type, new double[] {0, 0, 1, 0, 0, 1, 0, 0}, 4, 2);
    INDArray values = RandomArrays.of(type, new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2);
    RowBlock block = new RowBlock(0, 1, 3);
    DropoutMask mask = new DropoutMask(new ExpertRows(ones), 1.5);
    mask.scale(block, new ExpertRows(values).of(block), new Elementwise());
    assertArrayEquals(new double[] {1, 2, 4.5, 0, 0, 9, 7, 8}, Near.values(values));
    DropoutMask.ALL.scale(block, new ExpertRows(values).of(block), new Elementwise());
    assertArrayEquals(new double[] {1, 2, 4.5, 0, 0, 9, 7, 8}, Near.values(values));
  }
}
