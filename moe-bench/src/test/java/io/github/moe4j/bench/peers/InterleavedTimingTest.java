package io.github.moe4j.bench.peers;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.roofline.LayerShape;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class InterleavedTimingTest {
  private static final LayerShape TINY = new LayerShape("tiny", 7, 8, 6, 4, 2);
  private static final Timing QUICK = new Timing(3, 0, 0, 1);
  private static final Consumer<Map<String, float[]>> HONEST = results -> {};

  private static String disagreement(boolean training, Consumer<Map<String, float[]>> spoil) {
    PeerSystem liar = new FakePeer("liar", true, true, spoil);
    try (InterleavedTiming timing = new InterleavedTiming(TINY, training, List.of(liar))) {
      return assertThrows(DisagreementException.class, timing::requireAgreement).getMessage();
    }
  }

  @Test
  void measure_twoKindsOfExperts_ownBeforeItsPeers() {
    List<PeerSystem> peers = List.of(
        new FakePeer("gated", true, true, HONEST), new FakePeer("plain", false, false, HONEST));
    try (InterleavedTiming timing = new InterleavedTiming(TINY, false, peers)) {
      timing.requireAgreement();
      List<PeerTime> times = timing.measure(QUICK);
      assertEquals(
          List.of("moe4j", "gated", "moe4j ffn", "plain"),
          times.stream().map(PeerTime::system).toList());
      assertEquals(
          List.of("moe4j", "moe4j", "moe4j ffn", "moe4j ffn"),
          times.stream().map(PeerTime::comparedWith).toList());
      assertEquals(1, times.get(0).ratio());
      assertEquals(1, times.get(2).ratio());
      assertTrue(times.stream().allMatch(t -> t.minMillis() > 0 && t.ratio() > 0));
      // 14 rows: 3 products of 2·8·6 operations, or 2 of 2·8·9: as many
      assertEquals(6, times.get(0).shape().hidden());
      assertEquals(9, times.get(2).shape().hidden());
      times.forEach(
          t -> assertEquals(14 * 3 * 96, t.gflops() * t.medianMillis() * 1e6, 1e-6, t.system()));
    }
  }

  @Test
  void measure_training_onlyThoseThatTrain() {
    List<PeerSystem> peers = List.of(
        new FakePeer("trains", true, true, HONEST), new FakePeer("plain", false, false, HONEST));
    try (InterleavedTiming timing = new InterleavedTiming(TINY, true, peers)) {
      timing.requireAgreement();
      assertEquals(
          List.of("moe4j", "trains"),
          timing.measure(QUICK).stream().map(PeerTime::system).toList());
    }
  }

  @Test
  void requireAgreement_wrongOutput_namesSystemShapePassAndArray() {
    String message = disagreement(false, results -> results.get("y")[3] += 1);
    assertTrue(message.startsWith("liar, tiny, forward: y differs from moe4j's by "), message);
    assertTrue(message.endsWith("of its largest value, more than 1e-04"), message);
  }

  @Test
  void requireAgreement_anyWrongGradient_isNamed() {
    for (String array : List.of(
        "dx", "router.weight", "experts.gate.weight", "experts.up.weight", "experts.down.weight")) {
      String message = disagreement(true, results -> {
        float[] values = results.get(array);
        values[values.length - 1] = Float.NaN;
      });
      assertTrue(message.startsWith("liar, tiny, training: " + array + " differs"), message);
    }
  }

  @Test
  void requireAgreement_missingOrShortArray_isNamed() {
    assertTrue(disagreement(true, results -> results.remove("dx")).contains("results must be ["));
    assertTrue(disagreement(false, results -> results.put("y", new float[2]))
        .endsWith("y has 2 numbers but needs 56"));
  }

  @Test
  void agreement_tolerance_isRelativeToTheLargestValue() {
    float[] expected = {0.5f, -1000};
    assertEquals(0.25, Agreement.difference(expected, new float[] {250.5f, -1000}));
    assertEquals(0, Agreement.difference(new float[2], new float[2]));
    assertEquals(
        Double.POSITIVE_INFINITY, Agreement.difference(new float[2], new float[] {0, 1e-20f}));
    assertTrue(Double.isNaN(Agreement.difference(expected, new float[] {Float.NaN, 0})));
    Map<String, float[]> reference = Map.of("y", expected);
    assertDoesNotThrow(() ->
        Agreement.require("a", reference, Map.of("y", new float[] {0.5f, -1000.09f})));
    assertThrows(
        DisagreementException.class,
        () -> Agreement.require("a", reference, Map.of("y", new float[] {0.5f, -1000.11f})));
  }
}
