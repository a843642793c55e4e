package io.github.moe4j.balance.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.SelectionProbabilities;
import io.github.moe4j.core.ThresholdMargins;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.catalogue.Catalogue;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(Seeds.class)
class LossCatalogueTest {
  private static final int TOKENS = 12;
  private static final LossSizes SIZES = new LossSizes(8, 2, 4);

  static List<LossProvider> library() {
    return LossCatalogue.library();
  }

  /** With all kinds of scores that there are, in sequences of 4. */
  private static RouterDecision decision() {
    double[] logits = RandomArrays.normal(Seeds.random(1), TOKENS * SIZES.experts());
    TokenMask mask = TokenMask.none(TOKENS);
    RouterDecision decision = Decisions.topK(logits, SIZES.experts(), SIZES.k(), mask, 4);
    Probabilities p = decision.requireProbabilities("test");
    double[] margins = p.toArray();
    Arrays.setAll(margins, i -> margins[i] - 0.125);
    return decision
        .with(SelectionProbabilities.of(p.toArray(), SIZES.experts(), mask))
        .with(ThresholdMargins.of(margins, SIZES.experts(), mask));
  }

  private static Set<Kind> kinds(RoutingGradient gradient) {
    return Stream.of(Kind.values())
        .filter(kind -> gradient.of(kind).isPresent())
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @MethodSource("library")
  void create_coefficientBelowZeroOrNoNumber_isRefused(LossProvider loss) {
    for (double coefficient : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      Exception e =
          assertThrows(IllegalArgumentException.class, () -> loss.create(coefficient, SIZES));
      assertEquals(
          "coefficient must be finite and at least 0 but was " + coefficient, e.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("library")
  void create_defaultCoefficient_gradientIsOfWhatItReads(LossProvider entry) {
    LossValue value = entry.create(entry.defaultCoefficient(), SIZES).evaluate(decision());
    assertTrue(value.value() != 0 && Double.isFinite(value.value()), entry.name());
    assertEquals(entry.reads(), kinds(value.gradient()), entry.name());
    assertEquals(entry.reads().isEmpty(), value.gradient().weights().isPresent(), entry.name());
  }

  @ParameterizedTest
  @MethodSource("library")
  void create_otherCoefficient_scalesTheValue(LossProvider entry) {
    double one = entry.create(1, SIZES).evaluate(decision()).value();
    double three = entry.create(3, SIZES).evaluate(decision()).value();
    assertEquals(3 * one, three, 1e-12 * Math.abs(three), entry.name());
  }

  @ParameterizedTest
  @MethodSource("library")
  void bySequence_trait_isWhetherSequencesChangeTheValue(LossProvider entry) {
    BalanceLoss loss = entry.create(1, SIZES);
    double[] logits = RandomArrays.normal(Seeds.random(1), TOKENS * SIZES.experts());
    RouterDecision whole =
        Decisions.topK(logits, SIZES.experts(), SIZES.k(), TokenMask.none(TOKENS), TOKENS);
    RouterDecision parts =
        Decisions.topK(logits, SIZES.experts(), SIZES.k(), TokenMask.none(TOKENS), 4);
    if (entry.reads().contains(Kind.SELECTION) || entry.reads().contains(Kind.MARGINS)) {
      assertFalse(entry.bySequence());
      return;
    }
    boolean differs = loss.evaluate(whole).value() != loss.evaluate(parts).value();
    assertEquals(entry.bySequence(), differs, entry.name());
  }

  @ParameterizedTest
  @MethodSource("library")
  void traits_ofTheLibrary_areComplete(LossProvider entry) {
    assertTrue(entry.defaultCoefficient() > 0);
    for (String text :
        List.of(entry.title(), entry.formula(), entry.page(), entry.atBalance(), entry.when())) {
      assertFalse(text.isBlank(), entry.name());
    }
    assertTrue(Files.exists(Path.of("..", "docs", "balance", entry.page() + ".md")), entry.page());
  }

  @Test
  void library_ofAllLossesOfTheModule_haveAnEntry() throws Exception {
    Path folder = Path.of("target", "classes", "io", "github", "moe4j", "balance");
    Set<String> inModule = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (String file : files.map(f -> f.getFileName().toString()).toList()) {
        if (file.endsWith(".class") && !file.contains("$") && !file.contains("-")) {
          String name = file.substring(0, file.length() - ".class".length());
          Class<?> type = Class.forName("io.github.moe4j.balance." + name);
          if (BalanceLoss.class.isAssignableFrom(type)
              && !type.isInterface()
              && Modifier.isPublic(type.getModifiers())) {
            inModule.add(name);
          }
        }
      }
    }
    Set<String> inCatalogue = library().stream()
        .map(entry -> entry.create(1, SIZES).getClass().getSimpleName())
        .collect(Collectors.toCollection(TreeSet::new));
    assertFalse(inModule.isEmpty());
    assertEquals(inModule, inCatalogue);
  }

  @Test
  void create_deviceLossOfOneDevice_refused() {
    LossProvider device = LossCatalogue.load().get("device");
    assertEquals(LoadUnit.DEVICES, device.balances());
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> device.create(1, LossSizes.of(8, 2)));
    assertEquals("a loss over devices needs at least 2 devices but had 1", error.getMessage());
  }

  @Test
  void lossSizes_kOutOfRange_refused() {
    for (int k : new int[] {0, 9}) {
      IllegalArgumentException error =
          assertThrows(IllegalArgumentException.class, () -> LossSizes.of(8, k));
      assertEquals("k must be in [1, 8] but was " + k, error.getMessage());
    }
    assertEquals(1, LossSizes.of(8, 1).k());
    assertEquals(8, LossSizes.of(8, 8).k());
  }

  @Test
  void load_ownLossOnTheClassPath_isLast(@TempDir Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(LossProvider.class.getName()), EvenMeanProvider.class.getName());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader own = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(own);
      Catalogue<LossProvider> all = LossCatalogue.load();
      assertEquals(library().size() + 1, all.all().size());
      LossProvider entry = all.all().get(library().size());
      assertInstanceOf(EvenMeanProvider.class, entry);
      assertEquals("top-k", entry.router());
      assertEquals(LoadUnit.EXPERTS, entry.balances());
      assertFalse(entry.bySequence());
    } finally {
      thread.setContextClassLoader(before);
    }
    assertEquals(library(), LossCatalogue.load().all());
  }
}
