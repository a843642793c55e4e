package io.github.moe4j.core.experts.quantized;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Experts that are packed some at a time. */
class QuantizedBuilderTest {
  private static final ExpertOptions ONE = ExpertOptions.of(1, 6, 10);

  @ParameterizedTest
  @EnumSource
  void add_oneAfterAnother_keepsTheWeightsOfEach(WeightFormat format) {
    GluExperts first = GluExperts.create(ExpertOptions.of(2, 6, 10), 1);
    GluExperts second = GluExperts.create(ONE, 2);
    QuantizedExperts all =
        QuantizedExperts.builder(format).add(first).add(second).build();
    assertEquals(3, all.experts());
    assertEquals(6, all.modelWidth());
    QuantizedExperts alone = QuantizedExperts.of(second, format);
    for (String name : new String[] {"gate", "up", "down"}) {
      assertEquals(
          QuantizedExperts.of(first, format).weight(name).slice(1),
          all.weight(name).slice(1));
      assertEquals(alone.weight(name).slice(0), all.weight(name).slice(2));
    }
    assertEquals(3 * alone.bytes(), all.bytes());
  }

  @Test
  void add_otherShapesOrFunctions_isRefused() {
    QuantizedExperts.Builder packed =
        QuantizedExperts.builder(WeightFormat.FLOAT32).add(GluExperts.create(ONE, 1));
    assertEquals(
        "experts must have the shapes gate.weight [10, 6], up.weight [10, 6], down.weight [6, 10] of"
            + " those before but have gate.weight [11, 6], up.weight [11, 6], down.weight [6, 11]",
        assertThrows(
                IllegalArgumentException.class,
                () -> packed.add(GluExperts.create(ExpertOptions.of(1, 6, 11), 1)))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> packed.add(GluExperts.create(ONE.withActivation(Activation.GELU), 1)));
    assertThrows(IllegalArgumentException.class, () -> packed.add(FfnExperts.create(ONE, 1)));
    assertEquals(1, packed.build().experts());
    assertThrows(
        IllegalStateException.class,
        () -> QuantizedExperts.builder(WeightFormat.INT8).build());
  }

  @ParameterizedTest
  @EnumSource
  void add_moreExpertsExpectedThanTheHeapCanHave_isRefusedAtTheFirst(WeightFormat format) {
    GluExperts one = GluExperts.create(ONE, 1);
    int all = Integer.MAX_VALUE;
    QuantizedExperts.Builder packed = QuantizedExperts.builder(format).expect(all);
    String message = assertThrows(OutOfMemoryError.class, () -> packed.add(one)).getMessage();
    assertEquals(
        String.format(
            Locale.ROOT,
            "weights of 2147483647 experts in %s: %,d bytes of the Java heap are needed but it can have at most %,d:"
                + " raise -Xmx, or take a format with fewer bits",
            format,
            format.leastBytes(180.0 * all),
            Runtime.getRuntime().maxMemory()),
        message);
    assertThrows(IllegalStateException.class, packed::build);
    GluExperts two = GluExperts.create(ExpertOptions.of(2, 6, 10), 1);
    assertEquals(
        message, assertThrows(OutOfMemoryError.class, () -> packed.add(two)).getMessage());
    assertEquals(1, packed.expect(1).add(one).build().experts());
  }

  @Test
  void expect_noExperts_isRefused() {
    assertEquals(
        "experts must be positive but were 0",
        assertThrows(
                IllegalArgumentException.class,
                () -> QuantizedExperts.builder(WeightFormat.INT8).expect(0))
            .getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void leastBytes_isTheBytesWithoutScalesAndPadding(WeightFormat format) {
    GluExperts one = GluExperts.create(ExpertOptions.of(1, 256, 256), 1);
    long weights = 3 * 256 * 256;
    long bytes = QuantizedExperts.of(one, format).bytes();
    long least = format.leastBytes(weights);
    assertTrue(bytes >= least && bytes < 1.4 * least, bytes + " bytes, at least " + least);
    assertEquals(Long.MAX_VALUE, format.leastBytes(1e30));
  }

  @Test
  void require_asMuchAsTheHeapCanHave_isGranted() {
    HeapRoom.require("all", 100, 100);
    assertThrows(OutOfMemoryError.class, () -> HeapRoom.require("more", 101, 100));
  }

  @Test
  void add_scalesThatDoNotFit_areRefused() {
    GluExperts one = GluExperts.create(ONE, 1);
    Map<String, StoredScales> scales = Map.of("gate", new StoredScales(128, 128, new float[2]));
    String message = assertThrows(
            IllegalArgumentException.class,
            () -> QuantizedExperts.builder(WeightFormat.FP8_E4M3).add(one, scales))
        .getMessage();
    assertEquals("scales must be 1 for a weight [10,6] but were 2", message);
    assertEquals(
        "format must be FP8_E4M3 to have scales but was INT8",
        assertThrows(
                IllegalArgumentException.class,
                () -> QuantizedExperts.builder(WeightFormat.INT8).add(one, Map.of()))
            .getMessage());
    GluExperts two = GluExperts.create(ExpertOptions.of(2, 6, 10), 1);
    assertEquals(
        "experts with scales must be added singly but were 2",
        assertThrows(
                IllegalArgumentException.class,
                () -> QuantizedExperts.builder(WeightFormat.FP8_E4M3).add(two, Map.of()))
            .getMessage());
    assertTrue(assertThrows(
            IllegalArgumentException.class,
            () -> QuantizedExperts.builder(WeightFormat.FP8_E4M3)
                .add(one, Map.of("up", new StoredScales(3, 128, new float[4]))))
        .getMessage()
        .startsWith("rows must be a multiple of 128 or all 10 outputs"));
  }

  @Test
  void requireFits_blocksOfWholeMultiplesOrAll_areTaken() {
    new StoredScales(10, 6, new float[1]).requireFits(10, 6);
    new StoredScales(11, 7, new float[1]).requireFits(10, 6);
    new StoredScales(128, 256, new float[2 * 2]).requireFits(256, 300);
    new StoredScales(256, 128, new float[2 * 3]).requireFits(300, 384);
    assertEquals(3, new StoredScales(256, 128, new float[2 * 3]).perRow(384));
  }

  @Test
  void requireFits_otherBlocks_areRefused() {
    assertEquals(
        "rows must be a multiple of 128 or all 10 outputs but was 9",
        refused(() -> new StoredScales(9, 6, new float[2]).requireFits(10, 6)));
    assertEquals(
        "columns must be a multiple of 128 or all 6 inputs but was 5",
        refused(() -> new StoredScales(10, 5, new float[2]).requireFits(10, 6)));
    assertEquals(
        "columns must be a multiple of 128 or all 300 inputs but was 129",
        refused(() -> new StoredScales(128, 129, new float[3]).requireFits(10, 300)));
    assertEquals(
        "scales must be 6 for a weight [300,384] but were 5",
        refused(() -> new StoredScales(256, 128, new float[5]).requireFits(300, 384)));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void scales_notFinite_areRefused(float scale) {
    assertEquals(
        "a scale must be finite but was " + scale,
        refused(() -> new StoredScales(128, 128, new float[] {1, scale})));
  }

  private static String refused(Runnable wrong) {
    return assertThrows(IllegalArgumentException.class, wrong::run).getMessage();
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
  void add_weightThatIsNotFinite_isRefusedWithStoredScalesToo(float w) {
    GluExperts one = GluExperts.create(ONE, 1);
    one.parameters().get("gate.weight").putScalar(new int[] {0, 3, 4}, w);
    Map<String, StoredScales> scales = Map.of("gate", new StoredScales(128, 128, new float[1]));
    assertEquals(
        "a weight must be finite but was " + w,
        assertThrows(
                IllegalArgumentException.class,
                () -> QuantizedExperts.builder(WeightFormat.FP8_E4M3).add(one, scales))
            .getMessage());
  }
}
