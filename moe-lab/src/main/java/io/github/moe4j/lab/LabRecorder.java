package io.github.moe4j.lab;

import io.github.moe4j.cli.Version;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Records any training of models with {@code MoeLayer}s and writes the same report as {@code lab}:
 * learning curves, load, entropy, drops, co-activation, and specialization by a label of each token.
 *
 * <pre>{@code
 * LabRecorder recorder = LabRecorder.builder("Language of a name")
 *     .loss("cross-entropy in nats")
 *     .labels("language", List.of("en", "de"))
 *     .configuration("batch", 64)
 *     .build();
 * RecordedRun run = recorder.run("top-k", seed).parameters(model.parameters());
 * … in the loop, after the backward of a step: run.trained(step, loss, pass.moe());
 * … now and then: run.evaluated(step, heldOutLoss);
 * … at the end, for each batch of held-out data: run.heldOut(pass.moe(), labels);
 * recorder.write(folder, false);
 * }</pre>
 *
 * <p>{@link #run} may be called from any thread; each run is used by one thread at a time, and {@link #write} while
 * none is used.
 */
public final class LabRecorder {
  private final String title;
  private final String description;
  private final String loss;
  private final String labelKind;
  private final List<String> labels;
  private final Map<String, String> configuration;
  private final LongSupplier clock;
  private final Map<String, Map<Long, RecordedRun>> runs = new LinkedHashMap<>();

  private LabRecorder(Builder builder) {
    this.title = builder.title;
    this.description = builder.description;
    this.loss = builder.loss;
    this.labelKind = builder.labelKind;
    this.labels = builder.labels;
    this.configuration = new LinkedHashMap<>(builder.configuration);
    this.clock = builder.clock;
  }

  /**
   * Starts a recorder of a loss called {@code loss}, without labels.
   *
   * @param title heading of the report
   * @throws IllegalArgumentException if it is blank
   */
  public static Builder builder(String title) {
    return new Builder(title);
  }

  /**
   * A new run to record. Runs of one model with several seeds are shown as one, their mean.
   *
   * @param model its name
   * @param seed of this run
   * @throws IllegalArgumentException if the name is blank, or there is such a run
   */
  public synchronized RecordedRun run(String model, long seed) {
    Require.that(!model.isBlank(), "a model's name must not be blank but was \"%s\"", model);
    Map<Long, RecordedRun> seeds = runs.computeIfAbsent(model, name -> new LinkedHashMap<>());
    Require.that(
        !seeds.containsKey(seed),
        "a model and seed can be recorded once but %s, seed %d was recorded before",
        model,
        seed);
    RecordedRun run = new RecordedRun(model, seed, labels, clock);
    seeds.put(seed, run);
    return run;
  }

  /**
   * Everything recorded so far.
   *
   * @throws IllegalStateException if there is no run, or one without {@link RecordedRun#evaluated}, or with sparse
   *     layers but without {@link RecordedRun#heldOut}
   */
  public synchronized LabResult result() {
    List<ModelResult> models = runs.values().stream()
        .flatMap(seeds -> seeds.values().stream())
        .map(RecordedRun::result)
        .toList();
    if (models.isEmpty()) {
      throw new IllegalStateException("a report needs at least one run but none was recorded");
    }
    return new LabResult(
        title,
        description,
        Version.number(),
        true,
        "",
        configuration,
        RunEnvironment.here(),
        loss,
        labelKind,
        labels,
        List.of(),
        models);
  }

  /**
   * Writes {@value LabReport#PAGE}, {@value LabReport#DATA} and {@value LabReport#CSV}, which {@code lab compare}
   * and {@code lab summary} read. More can be recorded afterwards and written again.
   *
   * @param folder target, created if missing
   * @param force whether to overwrite an existing report
   * @return the page
   * @throws IllegalStateException as {@link #result}, before anything is written
   * @throws java.nio.file.FileAlreadyExistsException if there is a report and {@code force} is false
   * @throws IOException if the folder cannot be written to
   */
  public Path write(Path folder, boolean force) throws IOException {
    return LabReport.write(result(), folder, force);
  }

  /** Collects what all runs of a report have in common; not thread-safe. */
  public static final class Builder {
    private final String title;
    private String description = "A training recorded by moe4j.";
    private String loss = "loss";
    private String labelKind = "label";
    private List<String> labels = List.of();
    private final Map<String, String> configuration = new LinkedHashMap<>();
    private LongSupplier clock = System::nanoTime;

    private Builder(String title) {
      this.title = notBlank("title", title);
    }

    private static String notBlank(String name, String text) {
      Require.that(!text.isBlank(), "%s must not be blank but was \"%s\"", name, text);
      return text;
    }

    /**
     * Describes what was trained, in a sentence or two below the heading.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Builder description(String text) {
      this.description = notBlank("description", text);
      return this;
    }

    /**
     * The name of the losses with their unit, such as {@code "cross-entropy in nats"}. Lower must be better.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public Builder loss(String name) {
      this.loss = notBlank("loss", name);
      return this;
    }

    /**
     * The labels that tokens may have, by which the report shows specialization.
     *
     * @param kind what a label is, in the singular, such as {@code "language"}
     * @param names label i is called {@code names.get(i)}; not blank, all different
     * @throws IllegalArgumentException if there is none, or one is blank or repeated
     */
    public Builder labels(String kind, List<String> names) {
      notBlank("kind", kind);
      Require.that(!names.isEmpty(), "labels of kind %s must have names but there was none", kind);
      names.forEach(name -> notBlank("the name of a label", name));
      HashSet<String> seen = new HashSet<>();
      names.forEach(name ->
          Require.that(seen.add(name), "names of labels must differ but %s is given twice", name));
      this.labelKind = kind;
      this.labels = List.copyOf(names);
      return this;
    }

    /**
     * An option of the training, for the report and {@code lab compare}; in the order of the calls.
     *
     * @throws IllegalArgumentException if the name is blank or was given before
     */
    public Builder configuration(String name, Object value) {
      notBlank("the name of an option", name);
      Require.that(
          configuration.putIfAbsent(name, value.toString()) == null,
          "option %s must be given once",
          name);
      return this;
    }

    /** Nanoseconds, for tests. */
    Builder clock(LongSupplier nanos) {
      this.clock = nanos;
      return this;
    }

    /** The recorder. */
    public LabRecorder build() {
      return new LabRecorder(this);
    }
  }
}
