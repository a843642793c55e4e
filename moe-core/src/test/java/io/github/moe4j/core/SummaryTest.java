package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.soft.SoftMoe;
import io.github.moe4j.core.soft.SoftMoeOptions;
import io.github.moe4j.core.training.AdamW;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.core.transformer.LayerNorm;
import io.github.moe4j.core.transformer.Linear;
import io.github.moe4j.core.transformer.Residual;
import io.github.moe4j.core.transformer.Sequential;
import io.github.moe4j.core.transformer.TransformerBlock;
import io.github.moe4j.testkit.FixedRouter;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class SummaryTest {
  private static final MoeLayer LAYER = MoeLayer.builder(
          FixedRouter.of(Nd4j.zeros(DataType.FLOAT, 2, 3), new int[] {0}, new int[] {0}),
          GluExperts.create(ExpertOptions.of(2, 3, 4), 1))
      .name("block 5")
      .build();

  @Test
  void summary_ofALayer_listsPartsAndParameters() {
    String summary = LAYER.summary();
    String[] lines = summary.split("\\R");
    assertEquals("layer block 5: 2 experts, width 3, FLOAT, 78 parameters", lines[0]);
    assertTrue(lines[1].equals("router FixedRouter"), summary);
    assertTrue(lines[2].endsWith(", weights at the output"), summary);
    assertTrue(lines[3].endsWith("36 parameters on average"), summary);
    assertTrue(
        summary.lines().anyMatch(l -> l.matches("experts.gate.weight +\\[2,4,3] +FLOAT +24")),
        summary);
    assertTrue(lines[lines.length - 1].matches("all +78"), summary);
  }

  @Test
  void summary_weightsAtTheInput_saysSo() {
    MoeLayer other = LAYER.toBuilder(LAYER.router(), LAYER.experts())
        .weightAt(WeightAt.INPUT)
        .build();
    assertTrue(other.summary().contains(", weights at the input"), other::summary);
  }

  @Test
  void toString_ofPassAndGradients_saysWhatMatters() {
    try (MoePass pass = LAYER.forward(TokenBatch.training(Nd4j.ones(DataType.FLOAT, 2, 3)))) {
      assertEquals(
          "pass of layer block 5, training: 2 tokens, load [2, 0], CV 1.00, 0 dropped",
          pass.toString());
      Gradients gradients = LAYER.parameters().zeroGradientsExcept("experts");
      assertEquals(
          "{router.weight [2,3] FLOAT}, norm 0.000, frozen [experts.gate.weight, experts.up.weight,"
              + " experts.down.weight]",
          gradients.toString());
      assertEquals(
          "2 assignments of 2 tokens to 2 experts, scores [logits, probabilities]",
          pass.decision().toString());
      assertEquals("2 rows of 2 tokens, by expert [2, 0]", pass.plan().toString());
      assertEquals(
          "dx [2, 3] FLOAT, {router.weight [2,3] FLOAT, experts.gate.weight [2,4,3] FLOAT,"
              + " experts.up.weight [2,4,3] FLOAT, experts.down.weight [2,3,4] FLOAT}, norm 0.000",
          pass.backward(Nd4j.zeros(DataType.FLOAT, 2, 3)).toString());
    }
  }

  @Test
  void toString_ofLayersAndOptimizer_isALine() {
    Sequential model = Sequential.builder()
        .add("in", Linear.create(5, 3, DataType.FLOAT, new SplittableRandom(1)))
        .add("moe", Residual.of(LAYER))
        .build();
    assertEquals(
        "{in=linear layer from 5 to 3, FLOAT, moe=x + layer block 5: 2 experts, width 3, FLOAT,"
            + " 78 parameters}",
        model.toString());
    GluExperts one = GluExperts.create(ExpertOptions.of(1, 4, 8), 1);
    FeedForward dense = DenseFeedForward.of(one);
    assertEquals("dense layer: width 4, FLOAT, 96 parameters", dense.toString());
    assertEquals(
        "Transformer block around " + dense,
        TransformerBlock.create(dense, 2, Initializer.normal(1), 1, new Arena()).toString());
    assertEquals(
        "Soft MoE: 1 experts, 2 slots of each, width 4, FLOAT, 112 parameters",
        SoftMoe.create(one, 2, SoftMoeOptions.lucidrains(), 1).toString());
    assertEquals(
        "layer norm of width 4, FLOAT", LayerNorm.create(4, DataType.FLOAT).toString());
    Optimizer optimizer = Optimizer.of(LAYER.parameters(), AdamW.of(0.1), 1e-3);
    assertEquals("adamw of 4 arrays after 0 steps", optimizer.toString());
  }
}
