package io.github.moe4j.models.preset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds each preset's count against what its sources print, counted their way. */
class PublishedTest {
  /** More than 1 % off: numbers printed with two digits, which the count rounds to or is cut to. */
  private static final List<String> ROUNDED = List.of(
      "switch-base-16 1.1B",
      "switch-base-32 2.0B",
      "switch-large-128 26B",
      "glam-64b-64e 1.2T",
      "nllb-moe-54b 3.3B",
      "deepseek-moe-16b 2.8B",
      "olmoe-1b-7b 1.3B");

  private static final List<String> CUT = List.of("deepseek-v2-lite 2.4B", "qwen3-30b-a3b 3.3B");

  static Stream<Preset> presets() {
    return Stream.of(
            SwitchPresets.all(),
            GlamPresets.all(),
            StMoePresets.all(),
            NllbPresets.all(),
            MixtralPresets.all(),
            DeepSeekPresets.all(),
            QwenPresets.all(),
            OlmoePresets.all(),
            GptOssPresets.all())
        .flatMap(List::stream);
  }

  @Test
  void all_presets_areThoseOfEachFamily() {
    assertEquals(
        presets().map(Preset::name).toList(),
        Presets.all().stream().map(Preset::name).toList());
    assertEquals(
        presets().map(Preset::published).toList(),
        Presets.all().stream().map(Preset::published).toList());
  }

  @ParameterizedTest
  @MethodSource("presets")
  void count_ofEachPreset_isWithinOnePercentOfPublished(Preset preset) {
    assertFalse(preset.published().isEmpty());
    assertEquals(Counting.TOTAL, preset.published().get(0).counting());
    for (Published published : preset.published()) {
      assertFalse(published.source().isBlank(), published.printed());
      String id = preset.name() + " " + published.printed();
      double difference = published.difference(preset.architecture());
      String message = id + " " + published.counting().label() + ": counted "
          + published.counting().count(preset.architecture());
      boolean excepted = ROUNDED.contains(id) || CUT.contains(id);
      assertEquals(!excepted, Math.abs(difference) <= 0.01, message);
      if (excepted) {
        assertTrue(published.note().contains("printed with two digits"), message);
        assertEquals(ROUNDED.contains(id), published.roundsFrom(preset.architecture()), message);
      }
    }
  }

  /** Whole numbers: the parameters of the released checkpoints' tensors. */
  @ParameterizedTest
  @CsvSource({
    "mixtral-8x7b, 46702792704",
    "deepseek-moe-16b, 16375728128",
    "deepseek-v2, 235741434880",
    "deepseek-v2-lite, 15706484224",
    "qwen1.5-moe-a2.7b, 14315784192",
    "qwen3-30b-a3b, 30532122624",
    "qwen3-235b-a22b, 235093634560",
    "olmoe-1b-7b, 6919161856",
    "gpt-oss-20b, 20914757184",
    "gpt-oss-120b, 116829156672"
  })
  void total_ofReleasedCheckpoints_isExact(String name, long parameters) {
    assertEquals(parameters, Preset.named(name).total().total());
  }

  @Test
  void roundsFrom_lastDigit_decides() {
    Architecture mixtral = Preset.named("mixtral-8x7b").architecture();
    assertTrue(Published.of("46.7B", Counting.TOTAL, "").roundsFrom(mixtral));
    assertFalse(Published.of("46.8B", Counting.TOTAL, "").roundsFrom(mixtral));
    assertEquals(46.7e9, Published.of("46.7B", Counting.TOTAL, "").value(), 1);
    assertEquals(1.2e12, Published.of("1.2T", Counting.TOTAL, "").value(), 1);
  }

  @Test
  void printed_notANumber_throws() {
    assertThrows(
        IllegalArgumentException.class, () -> Published.of("about 7B", Counting.TOTAL, ""));
  }

  @Test
  void label_saysWhatIsLeftOut() {
    assertEquals("total without embedding and output", Counting.NON_EMBEDDING.label());
    assertEquals("active", Counting.ACTIVE.label());
  }
}
