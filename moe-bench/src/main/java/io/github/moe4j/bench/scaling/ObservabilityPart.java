package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.cli.MedianInterval;
import io.github.moe4j.cli.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Overhead of observability: Flight Recorder events and a listener against a baseline, in many short interleaved
 * samples.
 *
 * @param timing its rounds are the maximum of a shape
 * @param seconds approximate time limit for the rounds of a shape
 */
record ObservabilityPart(List<LayerShape> shapes, Timing timing, int seconds)
    implements ScalingPart {
  private static final int LEAST_ROUNDS = 3;

  /** Many short samples instead of few long ones. */
  static ObservabilityPart of(List<LayerShape> shapes, Timing timing) {
    return new ObservabilityPart(
        shapes, new Timing(40 * timing.rounds(), 1000, 0, 10, timing.watch()), 3 * timing.rounds());
  }

  /**
   * A shape; the ratios are to the baseline pass.
   *
   * @param millis of that pass, median of the rounds
   * @param recording with the events on
   * @param listener with a listener that reads the load
   * @param again second baseline over the first: the noise
   * @param events number recorded for these passes
   * @param heard rows reported to the listener
   * @param nanosOff of the events of a pass alone, while they are off
   * @param nanosOn while they are on
   */
  record Row(
      LayerShape shape,
      int rounds,
      double millis,
      MedianInterval recording,
      MedianInterval listener,
      MedianInterval again,
      int events,
      long heard,
      double nanosOff,
      double nanosOn) {}

  @Override
  public String name() {
    return "observability";
  }

  @Override
  public long steps() {
    return shapes.size() * (timing.warmUpSteps() + timing.steps(ObservedLayer.By.values().length));
  }

  @Override
  public Result measure(Consumer<String> progress) {
    List<Row> rows = new ArrayList<>();
    for (LayerShape shape : shapes) {
      progress.accept("observability, " + shape.name());
      rows.add(measure(shape));
    }
    return new Result(ObservabilityTable.of(rows), rows);
  }

  private Row measure(LayerShape shape) {
    try (ObservedLayer watched = new ObservedLayer(shape);
        EventSwitch events = new EventSwitch()) {
      // First, because it also compiles the code of the events.
      double[] nanos = new EventsAlone(watched.decision()).nanos(events, timing);
      ObservedLayer.By[] by = ObservedLayer.By.values();
      Timing fitted = fitted(watched.passes().get(0));
      double[][] millis = fitted.interleaved(watched.passes(), i -> events.set(by[i].recorded()));
      // Rounds that there was no time for.
      timing.watch().step((long) by.length * (timing.rounds() - fitted.rounds()));
      return new Row(
          shape,
          fitted.rounds(),
          Samples.median(millis[0]),
          // Adjacent in time. The mean of both baselines would be too large: times are
          // skewed.
          ratio(millis, ObservedLayer.By.RECORDING, ObservedLayer.By.BASELINE),
          ratio(millis, ObservedLayer.By.LISTENER, ObservedLayer.By.BASELINE_AGAIN),
          ratio(millis, ObservedLayer.By.BASELINE_AGAIN, ObservedLayer.By.BASELINE),
          recorded(events.countByLayer()),
          watched.heard(),
          nanos[0],
          nanos[1]);
    }
  }

  private static MedianInterval ratio(
      double[][] millis, ObservedLayer.By by, ObservedLayer.By reference) {
    return Samples.ratioInterval(millis[by.ordinal()], millis[reference.ordinal()]);
  }

  /** As many rounds as there is time for. */
  private Timing fitted(Runnable pass) {
    int passes = timing.warmUp(pass);
    long start = System.nanoTime();
    for (int i = 0; i < passes + (passes + 3) / 4; i++) {
      pass.run();
    }
    double roundSeconds = ObservedLayer.By.values().length * (System.nanoTime() - start) / 1e9;
    int rounds = (int) Math.max(LEAST_ROUNDS, seconds / roundSeconds);
    return new Timing(
        Math.min(timing.rounds(), rounds),
        timing.warmUpMillis(),
        timing.pauseMillis(),
        timing.sampleMillis(),
        timing.watch());
  }

  /** Events of the passes; an error if others were recorded or these were not. */
  private static int recorded(Map<String, Integer> counts) {
    String recorded = ObservedLayer.By.RECORDING.name();
    if (!counts.keySet().equals(Set.of(recorded, EventsAlone.LAYER))) {
      throw new IllegalStateException("events must be only of %s and %s but were %s"
          .formatted(recorded, EventsAlone.LAYER, counts));
    }
    return counts.get(recorded);
  }
}
