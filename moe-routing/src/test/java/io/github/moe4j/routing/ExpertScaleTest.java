package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.RouterContract;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ExpertScaleTest extends RouterContract {
  @Override
  protected Router router(INDArray weight, int choices) {
    double[] factors = Seeds.random(9).doubles(weight.size(0), 0.5, 2).toArray();
    INDArray scale = RandomArrays.of(weight.dataType(), factors, weight.size(0));
    return GatedRouter.of(LinearGate.of(weight), ExpertScale.of(TopK.of(choices), scale));
  }

  @Test
  void apply_weightsOfTheRule_timesTheFactorOfTheExpert() {
    // p = 2/5, 1/5, 2/5: experts 0 and 2 with weight ½ each
    ExpertScale rule = ExpertScale.of(TopK.of(2), Nd4j.createFromArray(3.0, 100, -4));
    RulePass result = rule.apply(HandWorked.ratios(3, 2, 1, 2), HandWorked.input(1));
    assertNear("weights", new double[] {1.5, -2}, result.assignments().weights(), 1e-15);
    assertEquals(2, result.assignments().expert(1));
  }

  @Test
  void any_parameters_afterThoseOfTheRule() {
    ExpertScale rule = ExpertScale.of(
        BatchwiseMask.create(1, 3, DataType.DOUBLE), Nd4j.createFromArray(1.0, 1, 1));
    List<String> names = List.copyOf(rule.parameters().names());
    assertEquals("scale", names.get(names.size() - 1));
    assertEquals(2, names.size());
  }

  @Test
  void requireFits_otherExperts_messageNamesBoth() {
    ExpertScale rule = ExpertScale.of(TopK.of(2), Nd4j.createFromArray(3.0, 100));
    assertEquals(
        "scale must have E = 3 numbers but had 2",
        assertThrows(IllegalArgumentException.class, () -> rule.requireFits(3)).getMessage());
    assertEquals(
        "scale must have E = 3 numbers but had 2",
        assertThrows(
                IllegalArgumentException.class,
                () -> rule.apply(HandWorked.ratios(3, 2, 1, 2), HandWorked.input(1)))
            .getMessage());
    ExpertScale three = ExpertScale.of(TopK.of(3), Nd4j.createFromArray(3.0, 100));
    assertEquals(
        "k must be at most E = 2 but was 3",
        assertThrows(IllegalArgumentException.class, () -> three.requireFits(2)).getMessage());
    assertEquals(
        "scale must be [*] but was [1, 2]",
        assertThrows(
                IllegalArgumentException.class,
                () -> ExpertScale.of(TopK.of(2), Nd4j.create(DataType.FLOAT, 1, 2)))
            .getMessage());
  }

  @Test
  void scores_any_thoseOfTheRule() {
    ExpertScale rule = ExpertScale.of(TopK.of(2), Nd4j.createFromArray(3.0, 100, -4));
    RulePass result = rule.apply(HandWorked.ratios(3, 2, 1, 2), HandWorked.input(1));
    assertEquals(1, result.scores().size());
    assertNear("p", new double[] {0.4, 0.2, 0.4}, result.scores().get(0).toArray(), 1e-15);
  }
}
