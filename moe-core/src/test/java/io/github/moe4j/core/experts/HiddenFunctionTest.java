package io.github.moe4j.core.experts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import io.github.moe4j.testkit.RandomArrays;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What float32 rows get against the float64 functions, which the gradient checks cover. */
class HiddenFunctionTest {
  static Stream<HiddenFunction> functions() {
    return Stream.concat(
        Arrays.stream(Activation.values())
            .flatMap(a -> Stream.of(new Activated(a), new ActivatedGate(a))),
        Stream.of(ClampedSwiGlu.gptOss()));
  }

  @ParameterizedTest
  @MethodSource("functions")
  void valuesAndGradients_float32OfAwkwardLengths_nearFloat64(HiddenFunction function) {
    int inputs = function instanceof GluCombination ? 2 : 1;
    for (int length : new int[] {0, 1, 3, 8, 17, 257}) {
      double[][] x = new double[inputs][length];
      for (int i = 0; i < inputs; i++) {
        x[i] = scaled(RandomArrays.normal(new SplittableRandom(i), length), i == 0 ? 8 : 1);
      }
      double[] dHidden = RandomArrays.normal(new SplittableRandom(7), length);
      float[][] x32 = narrow(x);
      double[][] exact = widen(x32);
      double[] hidden = new double[length];
      double[][] dx = new double[inputs][length];
      float[] hidden32 = new float[length];
      float[][] dx32 = new float[inputs][length];
      function.values(exact, hidden);
      function.values(x32, hidden32);
      requireNear(hidden, hidden32);
      float[] dHidden32 = narrow(new double[][] {dHidden})[0];
      function.gradients(exact, Precision.widen(dHidden32), dx);
      function.gradients(x32, dHidden32, dx32);
      for (int i = 0; i < inputs; i++) {
        requireNear(dx[i], dx32[i]);
      }
    }
  }

  @Test
  void values_siluOfHugeNumbers_finiteAndNearlyZeroBelow() {
    float[] hidden = new float[3];
    float[][] x = {{-1e38f, 1e30f, -29}, {1, 2, 1}};
    new ActivatedGate(Activation.SILU).values(x, hidden);
    assertEquals(0, hidden[0], 1e-11);
    assertEquals(2e30, hidden[1], 1e23);
    assertEquals(-29 / (1 + Math.exp(29)), hidden[2], 1e-15);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void networks_withAndWithoutBiases_areOverThoseArrays(HiddenFunction function) {
    for (boolean biases : new boolean[] {false, true}) {
      ExpertOptions options = ExpertOptions.of(2, 3, 4).withBiases(biases);
      NamedArrays arrays = (function instanceof GluCombination
              ? GluExperts.create(options, 1)
              : FfnExperts.create(options, 1))
          .parameters();
      Experts networks = function.networks(arrays, 0.25);
      assertEquals(
          List.copyOf(arrays.names()), List.copyOf(networks.parameters().names()));
      arrays.forEach((name, array) -> assertSame(array, networks.parameters().get(name)));
      HiddenLayer layer = (HiddenLayer) networks;
      assertEquals(function, layer.hiddenFunction());
      assertEquals(0.25, layer.hiddenDropout());
    }
  }

  private static void requireNear(double[] exact, float[] actual) {
    for (int i = 0; i < exact.length; i++) {
      assertEquals(exact[i], actual[i], 3e-6 * (Math.abs(exact[i]) + 0.1), "element " + i);
    }
  }

  private static double[] scaled(double[] values, double factor) {
    return Arrays.stream(values).map(v -> v * factor).toArray();
  }

  private static float[][] narrow(double[][] values) {
    float[][] result = new float[values.length][];
    for (int i = 0; i < result.length; i++) {
      result[i] = new float[values[i].length];
      Precision.round(values[i], result[i]);
    }
    return result;
  }

  private static double[][] widen(float[][] values) {
    return Arrays.stream(values).map(Precision::widen).toArray(double[][]::new);
  }
}
