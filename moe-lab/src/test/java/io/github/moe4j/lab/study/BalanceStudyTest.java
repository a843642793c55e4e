package io.github.moe4j.lab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.StoppedException;
import io.github.moe4j.cli.TestWatch;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.lab.LabOptions;
import io.github.moe4j.lab.ModelOptions;
import io.github.moe4j.lab.Workers;
import io.github.moe4j.lab.balance.InitialRouting;
import io.github.moe4j.lab.balance.Mechanism;
import io.github.moe4j.lab.balance.Mechanisms;
import io.github.moe4j.lab.text.Corpus;
import io.github.moe4j.lab.text.Domain;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.LayerOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The study on a model so small that a run takes a moment; its figures are those of the docs. */
class BalanceStudyTest {
  private static final int STEPS = 40;
  private static final LabOptions OPTIONS = options(STEPS);

  private static LabOptions options(int steps) {
    return new LabOptions(
        3, steps, 8, 0.01, 0.2, new ModelOptions(8, 2, 2, 16), new LayerOptions(8, 16, 8, 2));
  }

  private static Split text() {
    Domain letters = new Domain("letters", lines("abcdefghijklmnopqrstuvwxyz"));
    Domain digits = new Domain("digits", lines("0123456789+-*/=.,;:"));
    return new Corpus(List.of(letters, digits)).split(OPTIONS.seed(), OPTIONS.validationShare());
  }

  private static List<String> lines(String signs) {
    return IntStream.range(0, 60)
        .mapToObj(i -> signs.substring(i % 5).repeat(2) + signs.charAt(i % signs.length()) + i)
        .toList();
  }

  private static StudyRow run(Mechanism mechanism, InitialRouting start) {
    return run(mechanism, start, Watch.none());
  }

  private static StudyRow run(Mechanism mechanism, InitialRouting start, Watch watch) {
    return run(OPTIONS, mechanism, start, watch);
  }

  private static StudyRow run(
      LabOptions options, Mechanism mechanism, InitialRouting start, Watch watch) {
    try (Workers workers = new Workers()) {
      return new BalanceStudy(options, text(), workers, watch).run(mechanism, start);
    }
  }

  static Stream<String> names() {
    return Mechanisms.all().stream().map(Mechanism::name);
  }

  @ParameterizedTest
  @MethodSource("names")
  void run_collapsedStart_oneExpertHasMostTokensBefore(String name) {
    Mechanism mechanism = Mechanisms.named(name);
    StudyRow row = run(options(4), mechanism, InitialRouting.COLLAPSED, Watch.none());
    assertTrue(row.shareBefore() > 0.6, "share " + row.shareBefore());
    assertTrue(row.cvBefore() > 1, "CV " + row.cvBefore());
    assertTrue(Double.isFinite(row.cvAfter()) && Double.isFinite(row.bitsPerByte()));
  }

  @Test
  void run_evenStart_noExpertIsPreferredBefore() {
    StudyRow row = run(Mechanisms.named("none-top-k"), InitialRouting.BALANCED);
    assertTrue(row.cvBefore() < 1, "CV " + row.cvBefore());
  }

  @Test
  void run_watched_progressReachesTheStepsAndAStopEndsIt() {
    TestWatch patient = TestWatch.patient();
    run(Mechanisms.named("switch"), InitialRouting.COLLAPSED, open(patient));
    assertEquals(STEPS, patient.done());
    TestWatch stopping = TestWatch.stopAfter(5);
    Watch watch = open(stopping);
    assertThrows(
        StoppedException.class,
        () -> run(Mechanisms.named("switch"), InitialRouting.COLLAPSED, watch));
    assertEquals(5, stopping.done());
  }

  private static Watch open(TestWatch watches) {
    return watches.open("balance", STEPS, "steps", new PrintWriter(new StringWriter()));
  }

  @Test
  void run_sameSeed_sameNumbers() {
    Mechanism sign = Mechanisms.named("v3-sign");
    assertEquals(run(sign, InitialRouting.COLLAPSED), run(sign, InitialRouting.COLLAPSED));
  }

  @Test
  void run_selectionBias_evensOutWhatNothingLeavesCollapsed() {
    StudyRow left = run(Mechanisms.named("none-biased-top-k"), InitialRouting.COLLAPSED);
    StudyRow balanced = run(Mechanisms.named("quantile"), InitialRouting.COLLAPSED);
    assertTrue(balanced.cvAfter() < left.cvAfter() / 2, balanced + " " + left);
    assertEquals(0, balanced.idleAfter());
  }

  @Test
  void all_names_differAndEachRouterHasItsControl() {
    assertEquals(Mechanisms.all().size(), names().distinct().count());
    for (Mechanism mechanism : Mechanisms.all()) {
      assertTrue(
          Mechanisms.all().stream()
              .anyMatch(m -> m.isControl() && m.router() == mechanism.router()),
          mechanism.name());
    }
    assertFalse(Mechanisms.named("switch").isControl());
  }
}
