package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
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
    assertTrue(lines[2].endsWith("36 parameters on average"), summary);
    assertTrue(
        summary.lines().anyMatch(l -> l.matches("experts.gate.weight +\\[2,4,3] +FLOAT +24")),
        summary);
    assertTrue(lines[lines.length - 1].matches("all +78"), summary);
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
    }
  }
}
