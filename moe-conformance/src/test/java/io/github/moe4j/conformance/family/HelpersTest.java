package io.github.moe4j.conformance.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.TestCases;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HelpersTest {
  private static CaseTensor tensor(String shape, String data) {
    return TestCases.parse("{'case':'f__v','config':{},'inputs':{'a':{'shape':"
            + shape
            + ",'dtype':'float64','data':"
            + data
            + "}},'outputs':{'y':{'shape':[],'dtype':'bool','data':[1]}},'gradients':{}}")
        .input("a");
  }

  @Test
  void split_thenJoined_isTheSame() {
    // two experts, two gate rows and two up rows of width 1
    CaseTensor stacked = tensor("[2,4,1]", "[1,2,3,4,5,6,7,8]");
    GateUp gateUp = GateUp.split(stacked);
    assertArrayEquals(new double[] {1, 2, 5, 6}, gateUp.gate().dup().data().asDouble());
    assertArrayEquals(new double[] {3, 4, 7, 8}, gateUp.up().dup().data().asDouble());
    assertArrayEquals(new long[] {2, 4, 1}, gateUp.joined().shape());
    assertArrayEquals(stacked.values(), gateUp.joined().dup('c').data().asDouble());
  }

  @Test
  void split_oddRows_isRefused() {
    CaseTensor odd = tensor("[1,3,1]", "[1,2,3]");
    assertThrows(DamagedCaseException.class, () -> GateUp.split(odd));
  }

  @Test
  void atBoundary_equalScores_onlyWhereTheChoiceEnds() {
    TokenMask mask = TokenMask.none(1);
    Logits scores = Logits.of(new double[] {2, 1, 2, 0}, 4, mask);
    assertTrue(Ties.atBoundary(scores, 0, 1));
    assertFalse(Ties.atBoundary(scores, 0, 2));
    assertFalse(Ties.atBoundary(scores, 0, 3));
    assertFalse(Ties.atBoundary(scores, 0, 4));
  }

  @Test
  void atBoundary_vanishingProbabilities_areEqualThoughLogitsDiffer() {
    TokenMask mask = TokenMask.none(1);
    Logits logits = Logits.of(new double[] {2000, 1, 0}, 3, mask);
    assertFalse(Ties.atBoundary(logits, 0, 2));
    assertTrue(Ties.atBoundary(logits.softmax(mask), 0, 2));
  }

  @ParameterizedTest
  @CsvSource({
    "silu, SILU",
    "swish, SILU",
    "relu, RELU",
    "gelu, GELU",
    "gelu (erf), GELU",
    "gelu_new, GELU_TANH",
    "gelu_tanh, GELU_TANH",
    "gelu_pytorch_tanh, GELU_TANH"
  })
  void of_knownName_isItsFunction(String name, Activation expected) {
    assertEquals(expected, Activations.of(name));
  }

  @Test
  void of_unknownName_isUnsupported() {
    assertThrows(UnsupportedCaseException.class, () -> Activations.of("gelu_quick"));
  }
}
