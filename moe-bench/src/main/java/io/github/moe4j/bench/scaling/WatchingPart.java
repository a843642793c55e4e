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
 * What watching a layer costs: Flight Recorder events and a listener against nobody, in many short
 * samples by turns.
 *
 * @param timing its rounds are the most that a shape has
 * @param seconds about the longest that the rounds of a shape may take
 */
record WatchingPart(List<LayerShape> shapes, Timing timing, int seconds) implements ScalingPart {
  private static final int LEAST_ROUNDS = 3;

  /** Many short samples instead of few long ones. */
  static WatchingPart of(List<LayerShape> shapes, Timing timing) {
    return new WatchingPart(
        shapes, new Timing(40 * timing.rounds(), 1000, 0, 10, timing.watch()), 3 * timing.rounds());
  }

  /**
   * A shape; the ratios are those to a pass that nobody watches.
   *
   * @param millis of that pass, median of the rounds
   * @param recording with the events on
   * @param listener with a listener that reads the load
   * @param again the second of the unwatched over the first: how far noise goes
   * @param events number that the recording has of these passes
   * @param heard rows that the listener heard of
   * @param nanosOff of the events of a pass by themselves, while they are off
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
    return "watching";
  }

  @Override
  public long steps() {
    return shapes.size() * (timing.warmUpSteps() + timing.steps(Watched.By.values().length));
  }

  @Override
  public Result measure(Consumer<String> progress) {
    List<Row> rows = new ArrayList<>();
    for (LayerShape shape : shapes) {
      progress.accept("watching, " + shape.name());
      rows.add(measure(shape));
    }
    return new Result(WatchingTable.of(rows), rows);
  }

  private Row measure(LayerShape shape) {
    try (Watched watched = new Watched(shape);
        EventSwitch events = new EventSwitch()) {
      // First, because it also has the compilers done with the code of the events.
      double[] nanos = new EventsAlone(watched.decision()).nanos(events, timing);
      Watched.By[] by = Watched.By.values();
      Timing fitted = fitted(watched.passes().get(0));
      double[][] millis = fitted.byTurns(watched.passes(), i -> events.set(by[i].recorded()));
      // Rounds that there was no time for.
      timing.watch().step((long) by.length * (timing.rounds() - fitted.rounds()));
      return new Row(
          shape,
          fitted.rounds(),
          Samples.median(millis[0]),
          // Neighbours in time. The mean of both unwatched ones would be too large: times are
          // skewed.
          ratio(millis, Watched.By.RECORDING, Watched.By.NOBODY),
          ratio(millis, Watched.By.LISTENER, Watched.By.NOBODY_AGAIN),
          ratio(millis, Watched.By.NOBODY_AGAIN, Watched.By.NOBODY),
          recorded(events.countByLayer()),
          watched.heard(),
          nanos[0],
          nanos[1]);
    }
  }

  private static MedianInterval ratio(double[][] millis, Watched.By by, Watched.By reference) {
    return Samples.ratioInterval(millis[by.ordinal()], millis[reference.ordinal()]);
  }

  /** As many rounds as there is time for. */
  private Timing fitted(Runnable pass) {
    int passes = timing.warmUp(pass);
    long start = System.nanoTime();
    for (int i = 0; i < passes + (passes + 3) / 4; i++) {
      pass.run();
    }
    double roundSeconds = Watched.By.values().length * (System.nanoTime() - start) / 1e9;
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
    String recorded = Watched.By.RECORDING.name();
    if (!counts.keySet().equals(Set.of(recorded, EventsAlone.LAYER))) {
      throw new IllegalStateException("events must be of %s and %s alone but were %s"
          .formatted(recorded, EventsAlone.LAYER, counts));
    }
    return counts.get(recorded);
  }
}
