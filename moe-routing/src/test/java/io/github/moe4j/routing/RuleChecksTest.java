package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.logits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rules, noise and routers that are used on their own check what a layer checks before. */
class RuleChecksTest {
  @Test
  void batchwiseMask_thresholdsThatDoNotFit() {
    assertRefused(
        "threshold must be [*] but was [1, 3]",
        () -> BatchwiseMask.of(1, Nd4j.create(DataType.FLOAT, 1, 3)));
    BatchwiseMask rule = BatchwiseMask.create(1, 3, DataType.FLOAT);
    assertRefused(
        "threshold must have E = 2 numbers but had 3", () -> rule.apply(logits(2, 1, 2), input(1)));
  }

  @Test
  void hashRule_tableOfOtherExperts() {
    HashRule rule = HashRule.of(ExpertTable.modulo(4, 3, 1), HashKey.TOKEN_ID, TopK.of(1));
    assertRefused(
        "experts of the table must be E = 2 but were 3",
        () -> rule.apply(logits(2, 1, 2), input(1).withTokenIds(0)));
  }

  @Test
  void deepSeekV3_moreChoicesThanExperts() {
    assertRefused(
        "k must be at most E = 2 but was 3",
        () -> DeepSeekV3.of(3, ExpertBias.zeros(2)).requireFits(2));
  }

  @Test
  void learnedScale_noVectorOrNoNumbers() {
    assertRefused(
        "scale must be [*] but was [1, 2]",
        () -> LearnedScale.of(Nd4j.create(DataType.FLOAT, 1, 2)));
    assertRefused(
        "scale must have at least 1 number but had none",
        () -> LearnedScale.of(Nd4j.create(DataType.FLOAT, 0)));
  }

  @Test
  void learnedNoise_epsilonFromZero() {
    LinearGate gate = LinearGate.create(2, 3, DataType.FLOAT, 1);
    LearnedNoise.of(gate, 0);
    assertRefused("epsilon must be at least 0 but was -1.0", () -> LearnedNoise.of(gate, -1));
  }

  @Test
  void gatedRouter_textAndArrays() {
    GatedRouter router = GatedRouter.of(LinearGate.create(2, 3, DataType.FLOAT, 1), new Switch());
    assertEquals("Switch[] of a LinearGate", router.toString());
    INDArray x = Nd4j.ones(DataType.FLOAT, 4, 3);
    TokenBatch batch = TokenBatch.evaluation(x).differentiable();
    RouterPass pass = router.route(batch);
    Gradients into = router.parameters().zeroGradients();
    assertRefused(
        "x and dx of the router must not share memory",
        () -> pass.backward(RoutingGradient.none(), x, into));
    x.close();
    assertRefused(
        "x of the router must be usable but it, or the array of which it is a view, was closed",
        () -> router.route(batch));
  }
}
