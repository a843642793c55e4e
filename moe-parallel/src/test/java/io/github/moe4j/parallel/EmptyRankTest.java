package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.assertSameBits;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.transformer.TransformerBlock;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A rank without tokens takes part in the passes of whatever its experts are in. */
class EmptyRankTest {
  private static final ExpertOptions OPTIONS = ExpertOptions.of(4, 6, 5);

  private static Gradients gradients(Experts experts, int tokens) {
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(4, 6, DataType.FLOAT, 1), TopK.of(2)), experts);
    TransformerBlock block =
        TransformerBlock.create(layer, 2, Initializer.kaimingUniform(), 2, new Arena());
    INDArray x = tokens == 0
        ? Allocate.zeros(DataType.FLOAT, 0, 6)
        : Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), tokens, 6);
    Gradients gradients = block.parameters().zeroGradients();
    try (FeedForwardPass pass = block.forward(TokenBatch.training(x).withSequenceLength(4))) {
      pass.backward(pass.y(), Allocate.zeros(DataType.FLOAT, tokens, 6), gradients);
    }
    return gradients;
  }

  @Test
  void block_rankWithoutTokens_itsExpertsHaveTheGradientsOfOneProcess() {
    String name = "feedForward.experts.down.weight";
    INDArray expected = gradients(GluExperts.create(OPTIONS, 4), 8).get(name);
    Group.threads(3, Duration.ofSeconds(60), group -> {
      Placement placement = Placement.even(4, 3);
      int[] here = placement.expertsOn(group.rank());
      Experts experts = ExpertParallel.of(group, placement, GluExperts.create(OPTIONS, 4, here));
      INDArray own = gradients(experts, group.rank() == 1 ? 8 : 0).get(name);
      for (int i = 0; i < here.length; i++) {
        assertSameBits(
            "expert " + here[i], expected.slice(here[i]).dup(), own.slice(i).dup());
      }
      return 0;
    });
  }
}
