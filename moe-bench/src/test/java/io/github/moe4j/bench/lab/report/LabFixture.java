package io.github.moe4j.bench.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A made-up result that looks like a real one: a dense model and three with 8 experts. */
final class LabFixture {

  static final int EXPERTS = 8;
  static final List<String> LANGUAGES = Arrays.stream(
          ("af am ar as ast az be bg bn br brx bs bs-Cyrl ca ce cs cy da de dsb dz ee el en es"
                  + " et eu fa fi fo fr fy ga gd gl gsw gu ha he hi hr hsb hu hy id is it ja ka"
                  + " kk km kn ko kok ks ky lo lt lv mk ml mn mr my nb ne nl or pa pl ps pt ro"
                  + " ru sd si sk sl sq sr sr-Latn sv sw ta te")
              .split(" "))
      .map(tag -> tag + " " + Locale.forLanguageTag(tag).getDisplayName(Locale.ENGLISH))
      .toList();

  static final List<String> SCRIPTS = List.of("Latin", "Cyrillic", "Arabic", "Devanagari", "Han");

  private static final int STEPS = 3000;
  private static final int POINTS = 30;

  private LabFixture() {}

  static LabResult complete() {
    return result(true, "", models());
  }

  static LabResult interrupted() {
    return result(false, "1,200 of 3,000 steps of model 2 of 4", models().subList(0, 2));
  }

  static LabResult result(boolean complete, String progress, List<ModelResult> models) {
    Map<String, String> configuration = new LinkedHashMap<>();
    configuration.put("routers", "dense,topk,topk-balanced,switch");
    configuration.put("seed", "42");
    configuration.put("steps", "3000");
    configuration.put("batch", "16");
    configuration.put("learning-rate", "0.002");
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("text", "display names of this Java runtime, 85 languages, 2.6 MB");
    environment.put("Java", "17.0.15+6 OpenJDK 64-Bit Server VM");
    environment.put("machine", "Linux amd64, 2 processors, 24 GB");
    return new LabResult(
        "Four feed-forward layers on 85 languages",
        "0.1.0-SNAPSHOT",
        complete,
        progress,
        configuration,
        environment,
        "language",
        LANGUAGES,
        SCRIPTS,
        models);
  }

  static List<ModelResult> models() {
    return List.of(
        model(
            "dense",
            "One feed-forward network with as many active parameters as two experts.",
            2.871,
            41_250,
            new StageShares(0, 0, 0.46, 0, 0.54),
            null),
        model(
            "top-2, no balance loss",
            "Softmax over the logits, the two best experts, nothing that keeps the load even.",
            2.803,
            22_480,
            new StageShares(0.06, 0.08, 0.44, 0.05, 0.37),
            use(0.9, 1.55, 3.36, 0, 0.41, 3)),
        model(
            "top-2 + Switch loss",
            "The same with the auxiliary loss 0.01 · E · Σ fᵢ Pᵢ, capacity factor 1.25.",
            2.642,
            24_900,
            new StageShares(0.07, 0.09, 0.40, 0.05, 0.39),
            use(0.08, 0.11, 1.21, 0.006, 1.12, 0)),
        model(
            "Switch top-1",
            "The single best expert, capacity factor 1.25, the same auxiliary loss.",
            2.698,
            31_730,
            new StageShares(0.08, 0.08, 0.33, 0.04, 0.47),
            use(0.2, 0.19, 1.43, 0.041, 0.87, 0)));
  }

  static ModelResult model(
      String name,
      String description,
      double last,
      double tokensPerSecond,
      StageShares stages,
      @Nullable ExpertUse use) {
    long parameters = use == null ? 331_008 : 842_240;
    return new ModelResult(
        name,
        42,
        description,
        List.of(),
        parameters,
        331_008,
        last,
        tokensPerSecond,
        stages,
        curve(last),
        use);
  }

  private static List<CurvePoint> curve(double last) {
    Random random = new Random(Double.hashCode(last));
    List<CurvePoint> points = new ArrayList<>();
    for (int i = 1; i <= POINTS; i++) {
      double held = last + (6.9 - last) * Math.exp(-5.2 * i / POINTS);
      double train = held - 0.06 * i / POINTS + 0.04 * random.nextGaussian();
      double seen = i % 3 == 0 ? held + 0.006 * random.nextGaussian() : Double.NaN;
      points.add(new CurvePoint(i * STEPS / POINTS, train, i == POINTS ? last : seen));
    }
    return points;
  }

  /** The larger the tilt, the more of the load goes to expert 0 at the end. */
  private static ExpertUse use(
      double tilt, double cv, double max, double dropped, double entropy, int idle) {
    List<LoadPoint> load = IntStream.rangeClosed(1, POINTS)
        .mapToObj(i -> new LoadPoint(
            i * STEPS / POINTS, shares(tilt * i / POINTS, i), entropy * (2 - i / POINTS), dropped))
        .toList();
    return new ExpertUse(
        EXPERTS,
        cv,
        max,
        dropped,
        entropy,
        idle,
        load,
        columns(tilt, LANGUAGES.size()),
        columns(tilt, SCRIPTS.size()),
        coActivation());
  }

  private static double[] shares(double tilt, int seed) {
    Random random = new Random(seed);
    double[] shares = IntStream.range(0, EXPERTS)
        .mapToDouble(e -> Math.exp(-2.2 * tilt * e + 0.08 * random.nextGaussian()))
        .toArray();
    return divided(shares);
  }

  private static double[][] columns(double tilt, int count) {
    Random random = new Random(7);
    double[][] table = new double[EXPERTS][count];
    for (int d = 0; d < count; d++) {
      int favourite = random.nextInt(EXPERTS);
      double[] column = new double[EXPERTS];
      for (int e = 0; e < EXPERTS; e++) {
        column[e] =
            Math.exp((e == favourite ? 1.8 : 0) - 2.2 * tilt * e + 0.7 * random.nextGaussian());
      }
      column = divided(column);
      for (int e = 0; e < EXPERTS; e++) {
        table[e][d] = column[e];
      }
    }
    return table;
  }

  private static double[][] coActivation() {
    Random random = new Random(8);
    double[][] table = new double[EXPERTS][EXPERTS];
    for (int e = 0; e < EXPERTS; e++) {
      double[] row = random.doubles(EXPERTS).map(v -> v * v).toArray();
      row[e] = 0;
      table[e] = divided(row);
      table[e][e] = Double.NaN;
    }
    return table;
  }

  private static double[] divided(double[] values) {
    double sum = Arrays.stream(values).sum();
    return Arrays.stream(values).map(value -> value / sum).toArray();
  }
}
