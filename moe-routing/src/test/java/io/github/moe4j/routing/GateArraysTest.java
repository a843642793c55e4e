package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.lora.LoraPair;
import io.github.moe4j.testkit.RandomArrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What gates do with the caller's arrays, also where no layer has checked them before. */
class GateArraysTest {
  private static final int E = 3;
  private static final int D = 4;
  private static final int T = 5;

  enum Kind {
    PLAIN {
      @Override
      Gate create() {
        return LinearGate.of(random(1, E, D));
      }
    },
    BIASED {
      @Override
      Gate create() {
        return LinearGate.of(random(1, E, D), random(2, E));
      }
    },
    COSINE {
      @Override
      Gate create() {
        return CosineGate.create(E, D, 2, DataType.FLOAT, 1);
      }
    },
    ADAPTED {
      @Override
      Gate create() {
        LoraPair pair = new LoraPair(random(3, 2, D), random(4, E, 2), 0.5, false);
        return LoraGate.over(LinearGate.of(random(1, E, D)), pair, 0);
      }
    };

    abstract Gate create();
  }

  /** Of its own memory, so that it can be closed. */
  private static INDArray random(long seed, long... shape) {
    return RandomArrays.normal(DataType.FLOAT, new SplittableRandom(seed), shape)
        .dup('c');
  }

  private static String error(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }

  private static String closed(String name) {
    return name
        + " of the gate must be usable but it, or the array of which it is a view, was closed";
  }

  @ParameterizedTest
  @EnumSource
  void score_closedTokensOrParameter_areNamed(Kind kind) {
    Gate gate = kind.create();
    INDArray x = random(5, T, D);
    TokenBatch input = TokenBatch.evaluation(x);
    x.close();
    assertEquals(closed("x"), error(() -> gate.score(input)));
    String name = gate.parameters().names().iterator().next();
    gate.parameters().get(name).close();
    assertEquals(
        closed("parameter " + name),
        error(() -> gate.score(TokenBatch.evaluation(random(5, T, D)))));
  }

  @ParameterizedTest
  @EnumSource
  void backward_arraysThatDoNotFit_areRefusedBeforeAnythingChanges(Kind kind) {
    Gate gate = kind.create();
    INDArray x = random(5, T, D);
    GatePass pass = gate.score(TokenBatch.evaluation(x).differentiable());
    Gradients into = gate.parameters().zeroGradients();
    INDArray dx = Nd4j.create(DataType.FLOAT, T, D);
    assertEquals(
        "dLogits must have length 15 but has 14",
        error(() -> pass.backward(new double[T * E - 1], dx, into)));
    INDArray gone = Nd4j.create(DataType.FLOAT, T, D);
    gone.close();
    double[] dLogits = RandomArrays.normal(new SplittableRandom(6), T * E);
    assertEquals(closed("dx"), error(() -> pass.backward(dLogits, gone, into)));
    assertEquals(
        "x and dx of the gate must not share memory", error(() -> pass.backward(dLogits, x, into)));
    assertEquals(0, into.globalNorm());
    List<String> names = List.copyOf(gate.parameters().names());
    into.get(names.get(names.size() - 1)).close();
    assertThrows(IllegalArgumentException.class, () -> pass.backward(dLogits, dx, into));
    assertEquals(0, dx.norm1Number().doubleValue());
  }

  @Test
  void over_adapterThatDoesNotFit_isRefused() {
    LinearGate gate = LinearGate.of(random(1, E, D));
    INDArray a = random(3, 2, D);
    INDArray b = random(4, E, 2);
    assertEquals(
        "adapter dropout must be in [0, 1) but was 1.0",
        error(() -> LoraGate.over(gate, new LoraPair(a, b, 1, false), 1)));
    assertEquals(
        "adapter dropout must be in [0, 1) but was -0.1",
        error(() -> LoraGate.over(gate, new LoraPair(a, b, 1, false), -0.1)));
    assertEquals(
        "loraA must be [*, 4] but was [2, 3]",
        error(() -> LoraGate.over(gate, new LoraPair(random(3, 2, 3), b, 1, false), 0)));
    assertEquals(
        "loraB must be [3, *] but was [4, 2]",
        error(() -> LoraGate.over(gate, new LoraPair(a, random(4, 4, 2), 1, false), 0)));
    LoraPair wide = new LoraPair(a.castTo(DataType.DOUBLE), b.castTo(DataType.DOUBLE), 1, false);
    assertEquals("loraA must be FLOAT but was DOUBLE", error(() -> LoraGate.over(gate, wide, 0)));
  }

  @ParameterizedTest
  @EnumSource
  void any_noTokens_hasNoScoresAndNoGradients(Kind kind) {
    Gate gate = kind.create();
    INDArray none = Nd4j.create(DataType.FLOAT, 0, D);
    GatePass pass = gate.score(TokenBatch.evaluation(none).differentiable());
    assertEquals(0, pass.logits().tokens());
    assertEquals(E, pass.logits().experts());
    Gradients into = gate.parameters().zeroGradients();
    pass.backward(new double[0], Nd4j.create(DataType.FLOAT, 0, D), into);
    assertEquals(0, into.globalNorm());
  }

  /** Logits of a plain float32 gate are never −0, as if a bias of 0 had been added. */
  @Test
  void score_productThatUnderflowsBelowZero_isZero() {
    LinearGate gate = LinearGate.of(Nd4j.ones(DataType.FLOAT, 2, 2).muli(1e-30));
    INDArray x = Nd4j.ones(DataType.FLOAT, 3, 2).muli(-1e-30);
    Consumer<TokenBatch> positive = input ->
        assertSameBits("logits", new double[6], gate.score(input).logits().toArray());
    positive.accept(TokenBatch.evaluation(x));
    positive.accept(TokenBatch.evaluation(x).differentiable());
    assertArrayEquals(new long[] {3, 2}, x.shape());
  }
}
