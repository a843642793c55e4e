package io.github.moe4j.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.page.PageJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabResultTest {

  private static final double NAN = Double.NaN;
  private static final StageShares UNTIMED = new StageShares(NAN, NAN, NAN, NAN, NAN);

  @Test
  void json_roundTrip_isTheSame() throws IOException {
    LabResult result = LabFixture.complete();

    LabResult back = PageJson.read(PageJson.write(result), LabResult.class);

    assertEquals(PageJson.write(result), PageJson.write(back));
    assertEquals(
        new ArrayList<>(result.configuration().keySet()),
        new ArrayList<>(back.configuration().keySet()));
    assertEquals(result.models().get(0), back.models().get(0));
    assertNull(back.models().get(0).expertUse());
  }

  @Test
  void json_notANumber_isNullAndComesBack() throws IOException {
    ExpertUse use = new ExpertUse(
        2,
        NAN,
        NAN,
        NAN,
        NAN,
        0,
        List.of(new LoadPoint(1, new double[] {NAN, 1}, NAN, NAN)),
        new double[][] {{NAN, 0.5}, {NAN, 0.5}},
        new double[2][0],
        new double[][] {{NAN, 0.25}, {1, NAN}});
    ModelResult model = new ModelResult(
        "m",
        7,
        "",
        List.of(new ModelPart("router", "top-k", "the k best", "")),
        2,
        1,
        Double.POSITIVE_INFINITY,
        NAN,
        UNTIMED,
        List.of(new CurvePoint(1, NAN, 3)),
        use);
    LabResult result = LabFixture.result(true, "", List.of());
    result = new LabResult(
        "t",
        null,
        "v",
        true,
        "",
        result.configuration(),
        result.environment(),
        "bits per byte",
        "file",
        List.of("a", "b"),
        List.of(),
        List.of(model));

    String json = PageJson.write(result);
    LabResult back = PageJson.read(json, LabResult.class);

    assertFalse(json.contains("NaN") || json.contains("Infinity"), json);
    ModelResult again = back.models().get(0);
    assertTrue(Double.isNaN(again.validationLoss()));
    assertTrue(Double.isNaN(again.stages().route()));
    assertTrue(Double.isNaN(again.curve().get(0).trainLoss()));
    ExpertUse usedAgain = assertNotNullUse(again);
    assertTrue(Double.isNaN(usedAgain.loadCv()));
    assertTrue(Double.isNaN(usedAgain.load().get(0).shares()[0]));
    assertEquals(1, usedAgain.load().get(0).shares()[1]);
    assertTrue(Double.isNaN(usedAgain.expertByDomain()[1][0]));
    assertEquals(0.5, usedAgain.expertByDomain()[1][1]);
    assertEquals(0.25, usedAgain.coActivation()[0][1]);
    assertTrue(Double.isNaN(usedAgain.coActivation()[1][1]));
    assertEquals(model.parts(), again.parts());
  }

  @Test
  void newLabResult_sameModelTwice_isRefused() {
    ModelResult model = LabFixture.models().get(0);
    refused(
        "two models are dense, seed 42", () -> LabFixture.result(true, "", List.of(model, model)));
  }

  @Test
  void newLabResult_incompleteWithoutProgress_isRefused() {
    refused(
        "an incomplete result must have the run's progress",
        () -> LabFixture.result(false, " ", List.of()));
  }

  @Test
  void newLabResult_otherNumberOfDomains_isRefused() {
    ModelResult model = LabFixture.models().get(1);
    refused(
        "top-2, no balance loss, seed 42: a row of expertByDomain must be [1] but was [85]",
        () -> new LabResult(
            "t",
            null,
            "v",
            true,
            "",
            Map.of(),
            Map.of(),
            "bits per byte",
            "file",
            List.of("a"),
            List.of(),
            List.of(model)));
  }

  @Test
  void unfinished_interruptedModel_saysHowFarItCame() {
    LabResult result = LabFixture.interrupted();
    assertEquals(
        Map.of(new ModelRun("top-2, no balance loss", 42), "1,200 of 3,000 steps"),
        result.unfinished());
    assertEquals(List.of("dense"), List.copyOf(result.finishedByName().keySet()));
    assertEquals(Map.of(), LabFixture.complete().unfinished());
  }

  @Test
  void newExpertUse_wrongShapes_areRefused() {
    double[][] table = {{0.5}, {0.5}};
    refused("expertByDomain must be [3] but was [2]", () -> use(3, List.of(), table));
    refused(
        "load at step 4 must be [2] but was [1]",
        () -> use(2, List.of(new LoadPoint(4, new double[] {1}, 0, 0)), table));
    refused(
        "a row of expertByDomain must be [1] but was [0]",
        () -> use(2, List.of(), new double[][] {{1}, {}}));
    refused(
        "load must be in order of rising steps but 4 follows 4",
        () -> use(
            2,
            List.of(
                new LoadPoint(4, new double[] {1, 0}, 0, 0),
                new LoadPoint(4, new double[] {1, 0}, 0, 0)),
            table));
  }

  @Test
  void newRoutedText_thatDoesNotFit_isRefused() {
    refused(
        "experts of a layer must be [2] but was [3]",
        () -> new RoutedText(0, "ä𝄞", List.of(new FirstChoices(new int[3], new double[3]))));
    refused("weights must be [1] but was [2]", () -> new FirstChoices(new int[1], new double[2]));
    refused(
        "an expert must be at least -1 but was -2",
        () -> new FirstChoices(new int[] {-2}, new double[1]));
    refused("text must not be empty", () -> new RoutedText(0, "", List.of()));
    double[][] table = {{0.5}, {0.5}};
    RoutedText text =
        new RoutedText(1, "a", List.of(new FirstChoices(new int[] {2}, new double[] {1})));
    refused("text must be of experts below 2 but has expert 2", () -> withText(table, text));
    RoutedText other =
        new RoutedText(1, "a", List.of(new FirstChoices(new int[] {1}, new double[] {1})));
    ModelResult model = new ModelResult(
        "m", 1, "", List.of(), 1, 1, 1, 1, UNTIMED, List.of(), withText(table, other));
    refused(
        "m, seed 1: text must be of a domain below 1 but is of 1",
        () -> new LabResult(
            "t",
            null,
            "v",
            true,
            "",
            Map.of(),
            Map.of(),
            "bits per byte",
            "file",
            List.of("a"),
            List.of(),
            List.of(model)));
  }

  private static ExpertUse withText(double[][] table, RoutedText text) {
    return new ExpertUse(
        2, 0, 1, 0, 0, 0, List.of(), table, new double[2][0], new double[2][2], List.of(text));
  }

  @Test
  void newExpertUse_tableChangedByCaller_staysAsItWas() {
    double[][] table = {{0.5}, {0.5}};
    ExpertUse use = use(2, List.of(), table);
    table[0][0] = 9;
    use.expertByDomain()[0][0] = 9;
    assertEquals(0.5, use.expertByDomain()[0][0]);
  }

  @Test
  void newStageShares_notOneInAll_isRefused() {
    refused(
        "the shares of the stages must sum to 1 but sum to 0.5",
        () -> new StageShares(0.1, 0.1, 0.1, 0.1, 0.1));
    refused("route must be 0 to 1 but was -0.5", () -> new StageShares(-0.5, 1, 0.5, 0, 0));
  }

  @Test
  void stageSharesOf_times_divideByTheStep() {
    assertEquals(new StageShares(0.1, 0.2, 0.3, 0.25, 0.15), StageShares.of(2, 4, 6, 5, 20));
    // A step shorter than its parts is clock noise: the parts count.
    assertEquals(new StageShares(0.25, 0.25, 0.25, 0.25, 0), StageShares.of(1, 1, 1, 1, 3));
    assertEquals(UNTIMED, StageShares.of(0, 0, 0, 0, 0));
  }

  @Test
  void newModelResult_moreActiveThanAll_isRefused() {
    refused(
        "activeParameters must be 0 to parameters (1) but was 2",
        () -> new ModelResult("m", 1, "", List.of(), 1, 2, 1, 1, UNTIMED, List.of(), null));
  }

  private static ExpertUse use(int experts, List<LoadPoint> load, double[][] expertByDomain) {
    return new ExpertUse(
        experts,
        0,
        1,
        0,
        0,
        0,
        load,
        expertByDomain,
        new double[experts][0],
        new double[experts][experts]);
  }

  private static ExpertUse assertNotNullUse(ModelResult model) {
    ExpertUse use = model.expertUse();
    assertNotNull(use);
    return use;
  }

  private static void refused(String message, Runnable action) {
    assertEquals(
        message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }
}
