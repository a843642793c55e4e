package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** 4·50·100 numbers each: the standard error of a mean is σ/√20000, about 0.7 % of σ. */
@ExtendWith(Seeds.class)
class InitializerTest {
  private static final double[] NORMAL_42 = {
    0x1.4bdde731d47ap-1,
    -0x1.fd59dd259cccap-1,
    -0x1.2c8b8bd68b7a1p-1,
    -0x1.9aad852db4897p-2,
    -0x1.c625fa87782fcp0,
    0x1.1e38ccc3407a1p0
  };
  private static final double[] TRUNCATED_42 = {
    0x1.3aa621fdc3d34p-1,
    -0x1.ddbf15c7beaeap-1,
    -0x1.1d5134fb72addp-1,
    -0x1.870817cb44b3dp-2,
    -0x1.90139b8509288p0,
    0x1.0af34323ef848p0
  };
  private static final double[] KAIMING_42 = {
    0x1.1da12964be018p-2,
    -0x1.922061c94c3b1p-2,
    -0x1.05c8f46b738cfp-2,
    -0x1.7076429f59333p-3,
    -0x1.111ea14581da9p-1,
    0x1.b365d5d467231p-2
  };
  private static final double[] XAVIER_42 = {
    0x1.0ef8d3283b36ap-1,
    -0x1.7d7d9da5c1743p-1,
    -0x1.f0b3bb3946d78p-2,
    -0x1.5d8dbf66b657fp-2,
    -0x1.031aa2efd641ap0,
    0x1.9d0dfb431d91fp-1
  };

  private static double[] draw(Initializer initializer) {
    return values(initializer.create(DataType.DOUBLE, Seeds.random(1), 4, 50, 100));
  }

  private static void assertMoments(double deviation, double[] drawn) {
    double mean = Arrays.stream(drawn).average().orElseThrow();
    double square = Arrays.stream(drawn).map(v -> v * v).average().orElseThrow();
    assertEquals(0, mean, 5 * deviation / Math.sqrt(drawn.length));
    assertEquals(deviation, Math.sqrt(square), 0.03 * deviation);
  }

  private static double largest(double[] drawn) {
    return Arrays.stream(drawn).map(Math::abs).max().orElseThrow();
  }

  @Test
  void normal_std_momentsAndTail() {
    double[] drawn = draw(Initializer.normal(0.02));
    assertMoments(0.02, drawn);
    // 20000 normal draws pass 3σ about 54 times
    assertTrue(largest(drawn) > 0.06);
  }

  @Test
  void truncatedNormal_scale_withinTwoDeviations() {
    // fan-in 100: σ = √(0.1/100); cut at 2σ a normal keeps 0.87963 of its deviation
    double sigma = Math.sqrt(0.1 / 100);
    double[] drawn = draw(Initializer.truncatedNormal(0.1));
    assertMoments(0.87963 * sigma, drawn);
    assertTrue(largest(drawn) <= 2 * sigma && largest(drawn) > 1.9 * sigma);
  }

  @Test
  void kaimingUniform_fanIn100_withinATenth() {
    // ±1/√100; uniform in ±a has deviation a/√3
    double[] drawn = draw(Initializer.kaimingUniform());
    assertMoments(0.1 / Math.sqrt(3), drawn);
    assertTrue(largest(drawn) <= 0.1 && largest(drawn) > 0.0995);
  }

  @Test
  void xavierUniform_100And50_withinAFifth() {
    // ±√(6/(100+50)) = ±0.2
    double[] drawn = draw(Initializer.xavierUniform());
    assertMoments(0.2 / Math.sqrt(3), drawn);
    assertTrue(largest(drawn) <= 0.2 && largest(drawn) > 0.199);
  }

  @Test
  void zeros_always_zero() {
    assertEquals(0, largest(draw(Initializer.zeros())));
  }

  @Test
  void create_sameSeed_sameBits() {
    Initializer initializer = Initializer.kaimingUniform();
    var a = initializer.create(DataType.FLOAT, new SplittableRandom(7), 3, 4, 5);
    var b = initializer.create(DataType.FLOAT, new SplittableRandom(7), 3, 4, 5);
    var other = initializer.create(DataType.FLOAT, new SplittableRandom(8), 3, 4, 5);
    assertSameBits("weight", a, b);
    assertFalse(Arrays.equals(values(a), values(other)));
    // float32 is float64 rounded
    var exact = initializer.create(DataType.DOUBLE, new SplittableRandom(7), 3, 4, 5);
    assertSameBits("weight", exact.castTo(DataType.FLOAT), a);
  }

  /**
   * The same on every JDK. Within 2 units in the last place of the quantiles that mpmath gives for the
   * first six numbers of SplitMix64 from 42.
   */
  @Test
  void create_seed42_publishedBits() {
    assertSameBits("normal", NORMAL_42, drawn42(Initializer.normal(1)));
    assertSameBits("truncated", TRUNCATED_42, drawn42(Initializer.truncatedNormal(3)));
    assertSameBits("kaiming", KAIMING_42, drawn42(Initializer.kaimingUniform()));
    assertSameBits("xavier", XAVIER_42, drawn42(Initializer.xavierUniform()));
  }

  private static double[] drawn42(Initializer initializer) {
    return values(initializer.create(DataType.DOUBLE, new SplittableRandom(42), 2, 3));
  }

  @Test
  void create_any_takesOneUniformNumberEach() {
    List<Initializer> all = List.of(
        Initializer.normal(1),
        Initializer.truncatedNormal(1),
        Initializer.kaimingUniform(),
        Initializer.xavierUniform());
    for (Initializer initializer : all) {
      SplittableRandom random = Seeds.random(2);
      SplittableRandom plain = Seeds.random(2);
      initializer.create(DataType.DOUBLE, random, 30, 40);
      plain.doubles(30 * 40).forEach(u -> {});
      assertEquals(plain.nextLong(), random.nextLong());
    }
  }

  /** Initializers of the library, and one of a caller, which has no way to pass over numbers but to draw them. */
  private static List<Initializer> someOfAll() {
    return List.of(
        Initializer.zeros(),
        Initializer.normal(1),
        Initializer.truncatedNormal(1),
        Initializer.xavierUniform(),
        (in, out, random) -> in + 10 * out + random.nextDouble() + random.nextDouble());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "5", "1,2", "0,3,5", "0,1,2,3,4,5"})
  void create_someEntries_areThoseOfTheWhole(String text) {
    int[] entries = Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
    for (Initializer initializer : someOfAll()) {
      for (long[] shape : new long[][] {{6, 4}, {6, 3, 4}}) {
        RestorableRandom random = RestorableRandom.ofSeed(3);
        RestorableRandom ofWhole = RestorableRandom.ofSeed(3);
        double[] whole = values(initializer.create(DataType.DOUBLE, ofWhole, shape));
        INDArray some = initializer.create(DataType.DOUBLE, random, entries, shape);

        long[] expectedShape = shape.clone();
        expectedShape[0] = entries.length;
        assertArrayEquals(expectedShape, some.shape());
        int size = whole.length / 6;
        double[] expected = Arrays.stream(entries)
            .mapToObj(e -> Arrays.copyOfRange(whole, e * size, (e + 1) * size))
            .flatMapToDouble(Arrays::stream)
            .toArray();
        assertSameBits("entries " + text, expected, values(some));
        assertArrayEquals(ofWhole.state(), random.state());
      }
    }
  }

  @Test
  void create_entriesThatAreNotAscendingInTheAxis_saysWhich() {
    for (int[] entries : new int[][] {{-1}, {3}, {0, 3}, {1, 1}, {2, 1}, {0, 2, 1}}) {
      assertEquals(
          "entries must be ascending in [0, 3) but were " + Arrays.toString(entries),
          refusalOf(DataType.FLOAT, entries, 3, 2));
    }
    assertEquals(
        "entries must be at least 1 but were 0", refusalOf(DataType.FLOAT, new int[0], 3, 2));
    assertEquals(
        "shape must be [out,in] or [E,out,in] but was [3]",
        refusalOf(DataType.FLOAT, new int[] {0}, 3));
    assertEquals(
        "type must be FLOAT or DOUBLE but was INT", refusalOf(DataType.INT32, new int[] {0}, 3, 2));
  }

  private static String refusalOf(DataType type, int[] entries, long... shape) {
    RestorableRandom random = RestorableRandom.ofSeed(1);
    return assertThrows(
            IllegalArgumentException.class,
            () -> Initializer.normal(1).create(type, random, entries, shape))
        .getMessage();
  }

  @Test
  void factories_deviationOrScaleOfZero_drawZeros() {
    assertEquals(0, largest(draw(Initializer.normal(0))));
    assertEquals(0, largest(draw(Initializer.truncatedNormal(0))));
  }

  @Test
  void truncatedNormal_extremeUniforms_withinTwoDeviations() {
    for (double u : new double[] {0, 0x1p-53, 0.5, 1 - 0x1p-53}) {
      double z = Initializer.truncatedNormal(1).draw(1, 1, new Random() {
        private static final long serialVersionUID = 1;

        @Override
        public double nextDouble() {
          return u;
        }
      });
      assertEquals(u == 0.5 ? 0 : u < 0.5 ? -2 : 2, z, 1e-13);
      assertTrue(Math.abs(z) <= 2);
    }
  }

  @Test
  void create_wrongNumberOfAxes_saysTheShape() {
    for (long[] shape : new long[][] {{}, {16}, {1, 2, 3, 4}}) {
      var error = assertThrows(
          IllegalArgumentException.class,
          () -> Initializer.zeros().create(DataType.FLOAT, Seeds.random(1), shape));
      assertEquals(
          "shape must be [out,in] or [E,out,in] but was " + Arrays.toString(shape),
          error.getMessage());
    }
  }

  @Test
  void create_any_contiguousInOrderOfDraws() {
    Random counter = new Random() {
      private static final long serialVersionUID = 1;
      private int next;

      @Override
      public double nextDouble() {
        return next++;
      }
    };
    Initializer count = (in, out, random) -> random.nextDouble() + 100 * in + 1000 * out;
    var array = count.create(DataType.DOUBLE, counter, 2, 3);
    assertArrayEquals(new long[] {2, 3}, array.shape());
    // fan-in is the last axis (3), fan-out the one before (2)
    assertNear("draws", new double[] {2300, 2301, 2302, 2303, 2304, 2305}, values(array), 0);
  }

  @Test
  void expertsCreate_sameSeed_sameBitsAndDifferentExperts() {
    ExpertOptions options = ExpertOptions.of(3, 4, 5).withBiases(true);
    NamedArrays a = GluExperts.create(options, 5).parameters();
    NamedArrays b = GluExperts.create(options, 5).parameters();
    a.forEach((name, array) -> assertSameBits(name, array, b.get(name)));
    double[] gate = values(a.get("gate.weight"));
    double[] up = values(a.get("up.weight"));
    assertFalse(Arrays.equals(gate, up));
    assertFalse(Arrays.equals(Arrays.copyOfRange(gate, 0, 20), Arrays.copyOfRange(gate, 20, 40)));
    assertEquals(0, a.get("up.bias").norm2Number().doubleValue());
  }

  @Test
  void expertsCreate_initializer_usedForEveryWeight() {
    ExpertOptions options =
        ExpertOptions.of(2, 3, 4).withInitializer((in, out, random) -> 10 * in + out);
    // up and gate: fan-in D = 3, fan-out H = 4; down the other way round
    NamedArrays glu = GluExperts.create(options, 1).parameters();
    assertEquals(34, glu.get("gate.weight").meanNumber().doubleValue());
    assertEquals(34, glu.get("up.weight").meanNumber().doubleValue());
    assertEquals(43, glu.get("down.weight").meanNumber().doubleValue());
    NamedArrays ffn = FfnExperts.create(options, 1).parameters();
    assertEquals(34, ffn.get("up.weight").meanNumber().doubleValue());
    assertEquals(43, ffn.get("down.weight").meanNumber().doubleValue());
  }

  @Test
  void factories_wrongValues_saysWhatItWas() {
    var normal = assertThrows(IllegalArgumentException.class, () -> Initializer.normal(-1));
    assertEquals("std must be at least 0 but was -1.0", normal.getMessage());
    var scale =
        assertThrows(IllegalArgumentException.class, () -> Initializer.truncatedNormal(Double.NaN));
    assertEquals("scale must be at least 0 but was NaN", scale.getMessage());
    var type = assertThrows(
        IllegalArgumentException.class,
        () -> Initializer.zeros().create(DataType.BFLOAT16, Seeds.random(1), 2, 2));
    assertEquals("type must be FLOAT or DOUBLE but was BFLOAT16", type.getMessage());
  }
}
