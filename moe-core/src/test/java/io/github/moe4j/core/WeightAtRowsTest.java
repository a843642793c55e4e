package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Both verbs and their backward against plain loops; the last sizes take several threads. */
@ExtendWith(Seeds.class)
class WeightAtRowsTest {
  private static final String SIZES = "T,D,E,N";

  @ParameterizedTest(name = SIZES + " = {0},{1},{2},{3}")
  @CsvSource({"1,1,1,1", "3,5,2,0", "3,5,2,7", "17,3,4,40", "700,257,8,1400", "400,512,3,800"})
  void allFour_random_matchLoops(int tokens, int width, int experts, int size) {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      double tolerance = type == DataType.DOUBLE ? 1e-13 : 1e-5;
      var random = Seeds.random(size);
      Assignments made = DispatchPlanTest.random(tokens, experts, size, random);
      DispatchPlan plan = DispatchPlan.of(made);
      INDArray x = RandomArrays.normal(type, random, tokens, width);
      INDArray yR = RandomArrays.normal(type, random, size, width);
      double[] xs = values(x);
      double[] ys = values(yR);

      INDArray xR = Nd4j.create(type, size, width);
      WeightAt.OUTPUT.dispatch(plan, x, xR);
      double[] expected = new double[size * width];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = xs[plan.token(i / width) * width + i % width];
      }
      assertSameBits("dispatch", expected, values(xR));

      INDArray start = RandomArrays.normal(type, random, tokens, width);
      INDArray y = start.dup();
      WeightAt.OUTPUT.combine(plan, yR, y);
      double[] zeros = new double[tokens * width];
      assertNear("combine", summed(plan, ys, zeros, true), values(y), tolerance);

      INDArray dx = start.dup();
      WeightAt.OUTPUT.dispatchBackward(plan, x, yR, dx, new double[size]);
      assertNear("dispatchBackward", summed(plan, ys, values(start), false), values(dx), tolerance);

      INDArray dyR = Nd4j.create(type, size, width);
      double[] dWeights = WeightAt.OUTPUT.combineBackward(plan, x, yR, dyR);
      double[] expectedWeights = new double[size];
      for (int i = 0; i < expected.length; i++) {
        int row = i / width;
        expectedWeights[plan.assignment(row)] += expected[i] * ys[i];
        expected[i] *= plan.weight(row);
      }
      assertNear("dyR", expected, values(dyR), tolerance);
      assertNear("dWeights", expectedWeights, dWeights, tolerance);
      assertSameBits("x not modified", xs, values(x));
      assertSameBits("yR not modified", ys, values(yR));
    }
  }

  private static double[] summed(
      DispatchPlan plan, double[] rows, double[] start, boolean weighted) {
    double[] sum = start.clone();
    int width = start.length / plan.tokens();
    for (int i = 0; i < rows.length; i++) {
      int row = i / width;
      sum[plan.token(row) * width + i % width] += (weighted ? plan.weight(row) : 1) * rows[i];
    }
    return sum;
  }

  @Test
  void combine_sumTooLargeBeforeARowThatIsNoNumber_blamesTheSum() {
    DispatchPlan plan = DispatchPlan.of(
        Assignments.of(2, 2, new int[] {0, 1}, new int[] {0, 1}, new double[] {2, 1}));
    INDArray yR = Nd4j.createFromArray(Double.MAX_VALUE, Double.NaN).reshape(2, 1);
    INDArray y = Nd4j.create(DataType.DOUBLE, 2, 1);
    var error =
        assertThrows(IllegalArgumentException.class, () -> WeightAt.OUTPUT.combine(plan, yR, y));
    assertEquals(
        "outputs must be finite but the weighted sum of token 0 is not", error.getMessage());
  }

  @ParameterizedTest
  @EnumSource(WeightAt.class)
  void dispatchAndCombine_arraysThatDoNotFit_areRefusedByName(WeightAt place) {
    // Two rows of three tokens
    DispatchPlan plan = DispatchPlan.of(
        Assignments.of(3, 2, new int[] {0, 1}, new int[] {0, 1}, new double[] {2, 1}));
    INDArray tokens = Nd4j.ones(DataType.DOUBLE, 3, 4);
    INDArray rows = Nd4j.ones(DataType.DOUBLE, 2, 4);
    place.dispatch(plan, tokens, rows);
    place.combine(plan, rows, tokens);
    assertRefused(place, plan, rows, rows, "%s must be [3, *] but was [2, 4]", "x", "y");
    assertRefused(place, plan, tokens, tokens, "%s must be [2, 4] but was [3, 4]", "xR", "yR");
    INDArray narrow = Nd4j.ones(DataType.DOUBLE, 2, 3);
    assertRefused(place, plan, tokens, narrow, "%s must be [2, 4] but was [2, 3]", "xR", "yR");
    INDArray single = Nd4j.ones(DataType.FLOAT, 2, 4);
    assertRefused(place, plan, tokens, single, "%s must be DOUBLE but was FLOAT", "xR", "yR");
    String order = "%s must be contiguous in c order but has order f and strides ";
    assertRefused(place, plan, tokens.dup('f'), rows, order + "[1, 3]", "x", "y");
    assertRefused(place, plan, tokens, rows.dup('f'), order + "[1, 2]", "xR", "yR");
  }

  private static void assertRefused(
      WeightAt place,
      DispatchPlan plan,
      INDArray tokens,
      INDArray rows,
      String message,
      String inDispatch,
      String inCombine) {
    var dispatch =
        assertThrows(IllegalArgumentException.class, () -> place.dispatch(plan, tokens, rows));
    assertEquals(message.formatted(inDispatch), dispatch.getMessage());
    var combine =
        assertThrows(IllegalArgumentException.class, () -> place.combine(plan, rows, tokens));
    assertEquals(message.formatted(inCombine), combine.getMessage());
  }

  @Test
  void combineAfterDispatch_weightsSumToOne_identity() {
    int tokens = 50;
    int[] token = new int[2 * tokens];
    int[] expert = new int[2 * tokens];
    double[] weight = new double[2 * tokens];
    for (int n = 0; n < token.length; n++) {
      token[n] = n / 2;
      expert[n] = (n * 7 + n / 3) % 5;
      weight[n] = n % 2 == 0 ? 0.25 : 0.75;
    }
    DispatchPlan plan = DispatchPlan.of(Assignments.of(tokens, 5, token, expert, weight));
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), tokens, 6);
    INDArray xR = Nd4j.create(DataType.DOUBLE, 2 * tokens, 6);
    INDArray y = Nd4j.ones(DataType.DOUBLE, tokens, 6);
    WeightAt.OUTPUT.dispatch(plan, x, xR);
    WeightAt.OUTPUT.combine(plan, xR, y);
    assertNear("x", x, y, 1e-15);
  }
}
