package io.github.moe4j.core.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.RowBlock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GroupedLinearTest {
  /** One part of the work is one product, or the sum of a bias's gradient. */
  @ParameterizedTest
  @CsvSource({"'', 4", "up.weight, 2", "up.bias, 2", "'up.weight,up.bias', 0"})
  void addWeightGradients_frozen_asksForNoneOfItsWork(String frozen, int expected) {
    INDArray weight = Nd4j.ones(DataType.DOUBLE, 2, 3, 4);
    INDArray bias = Nd4j.ones(DataType.DOUBLE, 2, 3);
    GroupedLinear linear = new GroupedLinear("up", weight, bias);
    NamedArrays parameters =
        NamedArrays.builder().add("up.weight", weight).add("up.bias", bias).build();
    Gradients into = frozen.isEmpty()
        ? parameters.zeroGradients()
        : parameters.zeroGradientsExcept(frozen.split(","));
    List<Runnable> work = new ArrayList<>();
    linear.addWeightGradients(
        RowBlock.of(new int[] {0, 2, 5}),
        new ExpertRows(Nd4j.ones(DataType.DOUBLE, 5, 3)),
        new ExpertRows(Nd4j.ones(DataType.DOUBLE, 5, 4)),
        into,
        "up",
        work);
    assertEquals(expected, work.size());
  }

  /** Parts of about equal size, none above 1024 rows of the weight. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1023, 1", "1024, 1", "1025, 2", "2049, 3"})
  void addWeightGradients_manyOutputs_asFewPartsAs1024RowsEachMake(int out, int expected) {
    INDArray weight = Nd4j.zeros(DataType.DOUBLE, 1, out, 1);
    NamedArrays parameters = NamedArrays.builder().add("up.weight", weight).build();
    List<Runnable> work = new ArrayList<>();
    new GroupedLinear("up", weight, null)
        .addWeightGradients(
            RowBlock.of(new int[] {0, 1}),
            new ExpertRows(Nd4j.ones(DataType.DOUBLE, 1, out)),
            new ExpertRows(Nd4j.ones(DataType.DOUBLE, 1, 1)),
            parameters.zeroGradients(),
            "up",
            work);
    assertEquals(expected, work.size());
  }
}
