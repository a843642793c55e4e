package io.github.moe4j.core.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.training.TrainingLoop.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingCurveTest {
  /** Two points, and the losses 8 and 2 since. */
  private static TrainingCurve curve() {
    TrainingCurve curve = new TrainingCurve();
    curve.add(1);
    curve.add(2);
    curve.add(6);
    curve.point(3, 0.5);
    curve.add(4);
    curve.add(5);
    curve.point(5, 0.75);
    curve.add(8);
    curve.add(2);
    return curve;
  }

  private static Checkpoint saved(TrainingCurve curve) {
    Checkpoint.Builder checkpoint = Checkpoint.builder();
    curve.addTo(checkpoint, "curve");
    return checkpoint.build();
  }

  @Test
  void point_afterLosses_hasTheirMeanSinceTheLast() {
    assertEquals(List.of(new Point(3, 3, 0.5), new Point(5, 4.5, 0.75)), curve().points());
    assertEquals(List.of(), new TrainingCurve().points());
  }

  @Test
  void points_givenBefore_doNotGrow() {
    TrainingCurve curve = curve();
    List<Point> before = curve.points();
    curve.point(7, 1);
    assertEquals(2, before.size());
    assertEquals(3, curve.points().size());
  }

  @Test
  void addTo_anyCurve_savesPointsAndLossesSince() {
    Checkpoint saved = saved(curve());
    assertArrayEquals(new double[] {3, 3, 0.5, 5, 4.5, 0.75}, saved.doubles("curve.points"));
    assertArrayEquals(new double[] {10, 2}, saved.doubles("curve.losses"));
  }

  @Test
  void restore_intoAnotherCurve_replacesItsPointsAndGoesOn() {
    TrainingCurve other = new TrainingCurve();
    other.add(100);
    other.point(1, 9);
    other.add(100);
    other.restore(saved(curve()), "curve");
    assertEquals(curve().points(), other.points());
    other.add(5);
    other.point(8, 0.25);
    // (8 + 2 + 5)/3
    assertEquals(new Point(8, 5, 0.25), other.points().get(2));
  }

  @Test
  void restore_ofNumbersThatDoNotFit_isRefusedAndChangesNothing() {
    TrainingCurve curve = curve();
    Checkpoint points = Checkpoint.builder()
        .doubles("curve.points", 1, 2, 3, 4)
        .doubles("curve.losses", 1, 1)
        .build();
    assertRefused("curve.points must have 3 numbers a point but had 4", curve, points);
    Checkpoint losses = Checkpoint.builder()
        .doubles("curve.points", 1, 2, 3)
        .doubles("curve.losses", 1, 1, 1)
        .build();
    assertRefused("curve.losses must have length 2 but has 3", curve, losses);
    assertEquals(curve().points(), curve.points());
    curve.point(7, 1);
    assertEquals(new Point(7, 5, 1), curve.points().get(2));
  }

  private static void assertRefused(String message, TrainingCurve curve, Checkpoint saved) {
    String refusal = assertThrows(
            IllegalArgumentException.class, () -> curve.restore(saved, "curve"))
        .getMessage();
    assertEquals(message, refusal);
  }
}
