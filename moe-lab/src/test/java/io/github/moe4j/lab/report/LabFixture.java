package io.github.moe4j.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A made-up result that looks like a real one: a dense model and three with 8 experts, two of them with two
 * seeds.
 */
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

  static final int STEPS = 3000;
  static final int POINTS = 30;

  private LabFixture() {}

  static LabResult complete() {
    return result(true, "", models());
  }

  static LabResult interrupted() {
    ModelResult whole = models().get(1);
    ModelResult part = new ModelResult(
        whole.name(),
        whole.seed(),
        whole.description(),
        whole.parts(),
        whole.parameters(),
        whole.activeParameters(),
        whole.validationLoss(),
        whole.tokensPerSecond(),
        whole.stages(),
        whole.curve().stream().filter(point -> point.step() <= 1200).toList(),
        whole.expertUse());
    return result(
        false, "1,200 of 3,000 steps of model 2 of 4", List.of(models().get(0), part));
  }

  static LabResult result(boolean complete, String progress, List<ModelResult> models) {
    Map<String, String> configuration = new LinkedHashMap<>();
    configuration.put("routers", "dense,top-k-unbalanced,top-k,switch");
    configuration.put("seeds", "42,43");
    configuration.put("steps", "3000");
    configuration.put("batch", "16");
    configuration.put("learning-rate", "0.002");
    configuration.put("text", "it's mine.txt");
    configuration.put("trace", "true");
    configuration.put("force", "false");
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("text", "display names of this Java runtime, 85 languages, 2.6 MB");
    environment.put("Java", "17.0.15+6 OpenJDK 64-Bit Server VM");
    environment.put("machine", "Linux amd64, 2 processors, 24 GB");
    return new LabResult(
        "Four feed-forward layers on 85 languages",
        null,
        "0.1.0-SNAPSHOT",
        complete,
        progress,
        configuration,
        environment,
        "bits per byte",
        "language",
        LANGUAGES,
        SCRIPTS,
        models);
  }

  static List<ModelResult> models() {
    StageShares top2 = new StageShares(0.06, 0.08, 0.44, 0.05, 0.37);
    StageShares balanced = new StageShares(0.07, 0.09, 0.40, 0.05, 0.39);
    String plain =
        "Softmax over the logits, the two best experts, nothing that keeps the load even.";
    String aux = "The same with the auxiliary loss 0.01 · E · Σ fᵢ Pᵢ, capacity factor 1.25.";
    return List.of(
        model(
            "dense",
            "One feed-forward network with as many active parameters as two experts.",
            2.871,
            41_250,
            new StageShares(0, 0, 0.46, 0, 0.54),
            null),
        top2("top-2, no balance loss", 42, plain, 2.803, 22_480, top2, collapsed(42)),
        top2("top-2, no balance loss", 43, plain, 2.779, 23_120, top2, collapsed(43)),
        top2("top-2 + Switch loss", 42, aux, 2.642, 24_900, balanced, even(42)),
        top2("top-2 + Switch loss", 43, aux, 2.655, 24_310, balanced, even(43)),
        model(
            "Switch top-1",
            "The single best expert, capacity factor 1.25, the same auxiliary loss.",
            2.698,
            31_730,
            new StageShares(0.08, 0.08, 0.33, 0.04, 0.47),
            new ExpertsFixture(EXPERTS, 1, 0.2, 42).use(0.19, 1.43, 0.041, 0.87, 0)));
  }

  /** As much as a report has to bear: 12 models with 3 seeds each and 16 experts. */
  static LabResult large() {
    Random random = new Random(5);
    return result(
        true,
        "",
        IntStream.range(0, 12)
            .boxed()
            .flatMap(i -> {
              double bits = 2.6 + 0.2 * random.nextDouble();
              double speed = 15_000 + 20_000 * random.nextDouble();
              return Stream.of(1L, 2L, 3L)
                  .map(seed -> new ModelResult(
                      "router-%d+%s".formatted(i, i % 2 == 0 ? "switch-loss" : "bias-by-sign"),
                      seed,
                      "A router of many.",
                      parts(),
                      842_240,
                      331_008,
                      bits + 0.01 * random.nextGaussian(),
                      speed + 500 * random.nextGaussian(),
                      new StageShares(0.07, 0.09, 0.40, 0.05, 0.39),
                      curve(bits + 0.01 * random.nextGaussian()),
                      new ExpertsFixture(16, i % 3 == 0 ? 1 : 2, 0.02 * i, seed)
                          .use(0.1 * i, 1 + 0.2 * i, 0.01 * i, 1 + 0.1 * i, i / 4)));
            })
            .toList());
  }

  private static ExpertUse collapsed(long seed) {
    return new ExpertsFixture(EXPERTS, 2, 0.9, seed).use(1.55, 3.36, 0, 0.41, 3);
  }

  private static ExpertUse even(long seed) {
    return new ExpertsFixture(EXPERTS, 2, 0.08, seed).use(0.11, 1.21, 0.006, 1.12, 0);
  }

  private static List<ModelPart> parts() {
    return List.of(
        new ModelPart(
            "router",
            "top-k-unbalanced",
            "The k experts with the largest probabilities, their weights divided by the sum.",
            "p = softmax(x·W), I = top-k(p), wᵢ = pᵢ / Σ_{j∈I} pⱼ"),
        new ModelPart(
            "balance",
            "switch-loss",
            "Pushes down the probability of experts that have many tokens.",
            "L = α · E · Σᵢ fᵢ·Pᵢ"),
        new ModelPart("capacity", "dropless", "No limit: nothing is dropped.", ""),
        new ModelPart(
            "experts", "swiglu", "Gated feed-forward networks.", "y = (SiLU(x·W₁) ⊙ (x·W₃))·W₂"));
  }

  private static ModelResult top2(
      String name,
      long seed,
      String description,
      double last,
      double tokensPerSecond,
      StageShares stages,
      ExpertUse use) {
    return new ModelResult(
        name,
        seed,
        description,
        parts(),
        842_240,
        331_008,
        last,
        tokensPerSecond,
        stages,
        curve(last),
        use);
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
}
