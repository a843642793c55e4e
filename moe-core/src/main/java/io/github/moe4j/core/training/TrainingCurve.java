package io.github.moe4j.core.training;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.training.TrainingLoop.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/** What a loop measured, with the losses since its last point. */
final class TrainingCurve implements Stateful {
  private final List<Point> points = new ArrayList<>();
  private double lossSum;
  private long losses;

  void add(double loss) {
    lossSum += loss;
    losses++;
  }

  void point(long step, double validation) {
    points.add(new Point(step, lossSum / losses, validation));
    lossSum = 0;
    losses = 0;
  }

  List<Point> points() {
    return List.copyOf(points);
  }

  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    double[] numbers = points.stream()
        .flatMapToDouble(p -> DoubleStream.of(p.step(), p.loss(), p.validation()))
        .toArray();
    checkpoint.doubles(prefix + ".points", numbers).doubles(prefix + ".losses", lossSum, losses);
  }

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    double[] numbers = checkpoint.doubles(prefix + ".points");
    double[] loss = checkpoint.doubles(prefix + ".losses");
    Require.that(
        numbers.length % 3 == 0,
        "%s.points must have 3 numbers a point but had %d",
        prefix,
        numbers.length);
    Require.length(prefix + ".losses", loss, 2);
    points.clear();
    for (int i = 0; i < numbers.length; i += 3) {
      points.add(new Point((long) numbers[i], numbers[i + 1], numbers[i + 2]));
    }
    lossSum = loss[0];
    losses = (long) loss[1];
  }
}
