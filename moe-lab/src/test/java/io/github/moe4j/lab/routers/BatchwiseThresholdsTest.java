package io.github.moe4j.lab.routers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.BatchwiseLoss;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.BatchwiseMask;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Router and loss together: the thresholds learn to give in evaluation what the batch gave. */
@ExtendWith(Seeds.class)
class BatchwiseThresholdsTest {
  private static final int TOKENS = 256;
  private static final int EXPERTS = 8;
  private static final int WIDTH = 6;
  private static final int K = 2;

  @Test
  void loss_thresholdsTrained_evaluationAgreesWithTheBatch() {
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), TOKENS, WIDTH);
    INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), EXPERTS, WIDTH);
    BatchwiseMask rule = BatchwiseMask.create(K, EXPERTS, DataType.DOUBLE);
    Router router = GatedRouter.of(LinearGate.of(weight), rule);
    int before = differing(router, x);
    for (int step = 0; step < 300; step++) {
      RouterPass routing = router.route(TokenBatch.training(x));
      Gradients gradients = router.parameters().zeroGradients();
      INDArray dx = Nd4j.zeros(DataType.DOUBLE, TOKENS, WIDTH);
      routing.backward(
          BatchwiseLoss.of(1.0 / TOKENS).evaluate(routing.decision()).gradient(), dx, gradients);
      router
          .parameters()
          .get("rule.threshold")
          .subi(gradients.get("rule.threshold").mul(0.02));
    }
    int after = differing(router, x);
    // ties of a threshold with a token's own value apart, one threshold an expert can say it all
    assertTrue(before > 100, "the masks agree from the start: " + before);
    assertTrue(after < before / 5, "places that differ: " + before + " → " + after);
  }

  /** Number of (token, expert) that only one of training and evaluation assigns. */
  private static int differing(Router router, INDArray x) {
    boolean[] training = assigned(router, TokenBatch.training(x));
    boolean[] evaluation = assigned(router, TokenBatch.evaluation(x));
    int count = 0;
    for (int i = 0; i < training.length; i++) {
      count += training[i] != evaluation[i] ? 1 : 0;
    }
    return count;
  }

  private static boolean[] assigned(Router router, TokenBatch input) {
    boolean[] mask = new boolean[TOKENS * EXPERTS];
    Assignments made = router.route(input).decision().assignments();
    for (int n = 0; n < made.size(); n++) {
      mask[made.token(n) * EXPERTS + made.expert(n)] = true;
    }
    return mask;
  }
}
