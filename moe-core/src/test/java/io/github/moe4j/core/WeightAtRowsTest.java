package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;

import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
