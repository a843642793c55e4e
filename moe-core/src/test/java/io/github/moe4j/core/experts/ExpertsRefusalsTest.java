package io.github.moe4j.core.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.transformer.RmsNorm;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Arrays that no run of experts takes. */
class ExpertsRefusalsTest {
  private static final int D = 4;
  private static final String CLOSED =
      " of the experts must be usable but it, or the array of which it is a view, was closed";

  private static GluExperts networks(int experts) {
    return GluExperts.create(ExpertOptions.of(experts, D, 3).withDataType(DataType.DOUBLE), 1);
  }

  /** Three experts of each kind. */
  static Stream<Experts> kinds() {
    DataType type = DataType.DOUBLE;
    return Stream.of(
        FfnExperts.create(ExpertOptions.of(3, D, 3).withDataType(type), 1),
        networks(3),
        ZeroExperts.of(3, D, type),
        CopyExperts.of(3, D, type),
        ConstantExperts.create(3, D, type, 1),
        CompositeExperts.of(networks(1), CopyExperts.of(1, D, type), ZeroExperts.of(1, D, type)),
        ScaledOutput.of(networks(3), 2),
        NormalizedInput.of(RmsNorm.create(D, 1e-6, type), networks(3)));
  }

  private static INDArray ones(int rows) {
    return Nd4j.ones(DataType.DOUBLE, rows, D);
  }

  private static INDArray rows(INDArray array, int from, int to) {
    return array.get(NDArrayIndex.interval(from, to), NDArrayIndex.all());
  }

  /** One row for each of three experts. */
  private static ExpertsPass run(Experts experts, INDArray x, Arena.Scope scope) {
    return experts.run(x, new int[] {0, 1, 2, 3}, PassMode.evaluation().differentiable(), scope);
  }

  @Test
  void run_closedRows_refused() {
    for (Experts experts : List.of(
        networks(3),
        ZeroExperts.of(3, D, DataType.DOUBLE),
        CopyExperts.of(3, D, DataType.DOUBLE),
        ConstantExperts.create(3, D, DataType.DOUBLE, 1))) {
      INDArray x = ones(3);
      x.close();
      try (Arena.Scope scope = new Arena().open()) {
        requireRefused("x" + CLOSED, () -> run(experts, x, scope));
      }
    }
  }

  @Test
  void run_closedParameterOfAPart_isNamedAsInTheWhole() {
    Experts experts = CompositeExperts.of(
        CopyExperts.of(2, D, DataType.DOUBLE), ConstantExperts.create(1, D, DataType.DOUBLE, 1));
    experts.parameters().get("1.constant").close();
    try (Arena.Scope scope = new Arena().open()) {
      requireRefused("parameter 1.constant" + CLOSED, () -> run(experts, ones(3), scope));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void backward_gradientOfOtherRows_refused(Experts experts) {
    Gradients into = experts.parameters().zeroGradients();
    try (Arena.Scope scope = new Arena().open()) {
      ExpertsPass run = run(experts, ones(3), scope);
      requireRefused(
          "dy of the experts must be [3, 4] but was [4, 4]",
          () -> run.backward(ones(4), ones(3), into));
    }
  }

  /** Rows of dx would be written before the same memory is read as dy. */
  @ParameterizedTest
  @MethodSource("kinds")
  void backward_gradientsThatPartlyOverlap_refused(Experts experts) {
    Gradients into = experts.parameters().zeroGradients();
    INDArray both = ones(4);
    try (Arena.Scope scope = new Arena().open()) {
      ExpertsPass run = run(experts, ones(3), scope);
      requireRefused(
          "dy and dx of the experts must not share memory",
          () -> run.backward(rows(both, 0, 3), rows(both, 1, 4), into));
    }
  }

  private static void requireRefused(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
