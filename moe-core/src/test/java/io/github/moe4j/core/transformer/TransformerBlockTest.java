package io.github.moe4j.core.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.Frozen;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class TransformerBlockTest {
  private static final int WIDTH = 6;

  private static TransformerBlock block(boolean dense, SplittableRandom random) {
    ExpertOptions options = ExpertOptions.of(dense ? 1 : 3, WIDTH, 5)
        .withDataType(DataType.DOUBLE)
        .withActivation(Activation.SILU);
    GluExperts experts = GluExperts.create(options, random.nextLong());
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, random, 3, WIDTH);
    FeedForward part = dense
        ? DenseFeedForward.of(experts)
        : MoeLayer.of(
            FixedRouter.of(gate, new int[] {0, 2}, new int[] {1, 0}, new int[] {2, 1}), experts);
    TransformerBlock block = TransformerBlock.create(
        part, 2, Initializer.kaimingUniform(), random.nextLong(), new Arena());
    RandomArrays.fill(block.parameters(), random, 0.5);
    return block;
  }

  private static double[] outputs(TransformerBlock block, TokenBatch input) {
    try (FeedForwardPass run = block.forward(input)) {
      return Near.values(run.y());
    }
  }

  @ParameterizedTest
  @CsvSource({"true,4,2,false", "false,4,2,false", "false,5,1,true", "true,1,3,false"})
  @Tag("slow")
  void backward_ofEveryParameterAndInput_agreesWithDifferences(
      boolean dense, int sequence, int sequences, boolean masked) {
    SplittableRandom random = Seeds.random(1);
    TransformerBlock block = block(dense, random);
    int tokens = sequence * sequences;
    INDArray x = RandomArrays.normal(DataType.DOUBLE, random, tokens, WIDTH);
    double[] weight = RandomArrays.normal(random, tokens * WIDTH);
    TokenMask mask = masked ? TokenMask.of(true, false, true, true, false) : TokenMask.none(tokens);
    TokenBatch input =
        TokenBatch.evaluation(x).differentiable().withMask(mask).withSequenceLength(sequence);
    Gradients gradients = block.parameters().zeroGradients();
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, tokens, WIDTH);
    try (FeedForwardPass run = block.forward(input)) {
      INDArray dy = RandomArrays.of(DataType.DOUBLE, weight, tokens, WIDTH);
      run.backward(dy, dx, gradients);
    }
    GradientCheck.of(() -> GradientCheck.weightedSum(outputs(block, input), weight))
        .add("x", x, dx)
        .addAll(block.parameters(), gradients)
        .assertCorrect();
    Frozen.assertRestUnchanged(block.parameters(), some -> {
      INDArray dxAgain = Nd4j.zeros(DataType.DOUBLE, tokens, WIDTH);
      try (FeedForwardPass run = block.forward(input)) {
        run.backward(RandomArrays.of(DataType.DOUBLE, weight, tokens, WIDTH), dxAgain, some);
      }
      return dxAgain;
    });
  }

  @Test
  void forward_whenALaterTokenChanges_leavesEarlierOutputsAsTheyWere() {
    SplittableRandom random = Seeds.random(2);
    TransformerBlock block = block(true, random);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, random, 8, WIDTH);
    double[] before = outputs(block, TokenBatch.evaluation(x).withSequenceLength(4));
    INDArray changed = x.dup();
    changed.putScalar(2, 0, 9); // third token of the first sequence
    double[] after = outputs(block, TokenBatch.evaluation(changed).withSequenceLength(4));
    for (int i = 0; i < before.length; i++) {
      int token = i / WIDTH;
      if (token < 2 || token >= 4) {
        assertEquals(before[i], after[i], "output of token " + token);
      } else {
        assertTrue(before[i] != after[i], "output of token " + token + " must change");
      }
    }
  }

  @Test
  void forward_ofPadding_carriesTheTokenOnAndHidesItFromOthers() {
    SplittableRandom random = Seeds.random(3);
    TransformerBlock block = block(true, random);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, random, 4, WIDTH);
    TokenMask mask = TokenMask.of(true, false, true, true);
    double[] before = outputs(block, TokenBatch.evaluation(x).withMask(mask));
    INDArray changed = x.dup();
    changed.getRow(1).assign(3);
    double[] after = outputs(block, TokenBatch.evaluation(changed).withMask(mask));
    for (int i = 0; i < before.length; i++) {
      assertEquals(i / WIDTH == 1 ? 3 : before[i], after[i], "output " + i);
    }
  }

  @Test
  void attention_ofOneSequence_agreesWithTheNaiveFormula() {
    SplittableRandom random = Seeds.random(4);
    int tokens = 5;
    CausalSelfAttention attention =
        CausalSelfAttention.create(WIDTH, 2, DataType.DOUBLE, Initializer.kaimingUniform(), random);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, random, tokens, WIDTH);
    INDArray qkv = x.mmul(attention.parameters().get("qkv.weight").transpose());
    INDArray merged = Nd4j.zeros(DataType.DOUBLE, tokens, WIDTH);
    int width = WIDTH / 2;
    for (int h = 0; h < 2; h++) {
      for (int t = 0; t < tokens; t++) {
        double[] p = new double[t + 1];
        double sum = 0;
        for (int s = 0; s <= t; s++) {
          double score = 0;
          for (int d = 0; d < width; d++) {
            score += qkv.getDouble(t, h * width + d) * qkv.getDouble(s, WIDTH + h * width + d);
          }
          p[s] = Math.exp(score / Math.sqrt(width));
          sum += p[s];
        }
        for (int s = 0; s <= t; s++) {
          for (int d = 0; d < width; d++) {
            int column = h * width + d;
            double value = qkv.getDouble(s, 2 * WIDTH + column);
            merged.putScalar(t, column, merged.getDouble(t, column) + p[s] / sum * value);
          }
        }
      }
    }
    INDArray expected = merged.mmul(attention.parameters().get("out.weight").transpose());
    try (Arena.Scope scope = new Arena().open()) {
      Near.assertNear(
          "attention",
          expected,
          attention.forward(TokenBatch.evaluation(x), scope).y(),
          1e-12);
    }
  }

  @Test
  void layerNorm_byHand_isStandardised() {
    LayerNorm norm = LayerNorm.create(2, DataType.DOUBLE);
    INDArray x = RandomArrays.of(DataType.DOUBLE, new double[] {1, 3}, 1, 2);
    try (Arena.Scope scope = new Arena().open()) {
      // mean 2, variance 1: (1 − 2)/√(1 + 1e-5), (3 − 2)/√(1 + 1e-5)
      double one = 1 / Math.sqrt(1 + 1e-5);
      Near.assertNear(
          "y",
          new double[] {-one, one},
          Near.values(norm.forward(x, TokenMask.none(1), scope).y()),
          1e-15);
    }
  }

  @Test
  void forward_withoutTokens_isEmpty() {
    TransformerBlock block = block(false, Seeds.random(5));
    try (FeedForwardPass run =
        block.forward(TokenBatch.evaluation(Nd4j.create(DataType.DOUBLE, 0, WIDTH)))) {
      assertEquals(0, run.y().length());
    }
  }

  @Test
  void create_whenHeadsDoNotDivideWidth_namesBoth() {
    var error = assertThrows(
        IllegalArgumentException.class,
        () -> CausalSelfAttention.create(
            6, 4, DataType.FLOAT, Initializer.zeros(), new SplittableRandom(1)));
    assertEquals("heads must divide width = 6 but was 4", error.getMessage());
  }

  @Test
  void y_afterCloseAndAnotherPass_staysAsItIs() {
    TransformerBlock block = block(true, Seeds.random(6));
    FeedForwardPass run =
        block.forward(TokenBatch.evaluation(Nd4j.ones(DataType.DOUBLE, 2, WIDTH)));
    double[] before = Near.values(run.y());
    run.close();
    block.forward(TokenBatch.evaluation(Nd4j.zeros(DataType.DOUBLE, 2, WIDTH))).close();
    Near.assertSameBits("y", before, Near.values(run.y()));
  }

  /** As the check of all kinds, but small enough to be quick. */
  @Test
  void backward_fewTokens_agreesWithDifferences() {
    int width = 3;
    ExpertOptions options = ExpertOptions.of(2, width, 2).withDataType(DataType.DOUBLE);
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), 2, width);
    MoeLayer moe = MoeLayer.of(
        FixedRouter.of(gate, new int[] {0, 1}, new int[] {1}), GluExperts.create(options, 1));
    TransformerBlock block = TransformerBlock.create(moe, 3, Initializer.zeros(), 1, new Arena());
    RandomArrays.fill(block.parameters(), Seeds.random(2), 0.5);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), 3, width);
    TokenBatch input = TokenBatch.training(x);
    double[] weight = RandomArrays.normal(Seeds.random(4), 3 * width);
    Gradients gradients = block.parameters().zeroGradients();
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, 3, width);
    try (FeedForwardPass run = block.forward(input)) {
      run.backward(RandomArrays.of(DataType.DOUBLE, weight, 3, width), dx, gradients);
    }
    GradientCheck.of(() -> GradientCheck.weightedSum(outputs(block, input), weight))
        .add("x", x, dx)
        .addAll(block.parameters(), gradients)
        .assertCorrect();
  }

  @Test
  void moe_ofPass_isThatOfTheFeedForwardPart() {
    INDArray x = Nd4j.ones(DataType.DOUBLE, 2, WIDTH);
    try (FeedForwardPass run = block(false, Seeds.random(7)).forward(TokenBatch.evaluation(x))) {
      assertEquals(1, MoePasses.in(run).size());
    }
    try (FeedForwardPass run = block(true, Seeds.random(7)).forward(TokenBatch.evaluation(x))) {
      assertEquals(0, MoePasses.in(run).size());
    }
  }

  @Test
  void close_ofPass_closesThatOfTheFeedForwardPartAndEndsIt() {
    StubLayer part = new StubLayer(2);
    TransformerBlock block = TransformerBlock.create(part, 1, Initializer.zeros(), 1, new Arena());
    INDArray dy = Nd4j.ones(DataType.DOUBLE, 1, 2);
    FeedForwardPass run = block.forward(TokenBatch.training(dy.dup()));
    assertEquals(0, part.closed());
    run.close();
    assertEquals(1, part.closed());
    Gradients into = block.parameters().zeroGradients();
    assertEquals(
        "backward of a Transformer block came after the pass was closed",
        assertThrows(
                IllegalStateException.class,
                () -> run.backward(dy, Nd4j.zeros(DataType.DOUBLE, 1, 2), into))
            .getMessage());
  }

  @Test
  void toString_ofBlock_hasTheFeedForwardPart() {
    TransformerBlock block =
        TransformerBlock.create(new StubLayer(2), 1, Initializer.zeros(), 1, new Arena());
    assertEquals("Transformer block around stub", block.toString());
  }
}
