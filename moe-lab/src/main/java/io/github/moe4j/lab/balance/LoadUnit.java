package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.ExpertPlacement;
import io.github.moe4j.core.LoadStatistics;

/** What a mechanism evens out: the load of experts, or that of devices. */
public enum LoadUnit {
  /** Choices of each expert. */
  EXPERTS,
  /** Choices of the experts of each device, two experts per device. */
  DEVICES;

  /** Devices of the study hold as many experts. */
  public static final int EXPERTS_A_DEVICE = 2;

  /** The study's placement of E experts. */
  static ExpertPlacement placement(int experts) {
    return ExpertPlacement.even(experts, experts / EXPERTS_A_DEVICE);
  }

  private static long[] ofDevices(long[] assigned) {
    ExpertPlacement placement = placement(assigned.length);
    long[] counts = new long[placement.devices()];
    for (int e = 0; e < assigned.length; e++) {
      counts[placement.deviceOf(e)] += assigned[e];
    }
    return counts;
  }

  /** Standard deviation of the load over its mean. */
  public double coefficientOfVariation(LoadStatistics load) {
    return this == EXPERTS
        ? load.coefficientOfVariation()
        : LoadStatistics.coefficientOfVariation(ofDevices(load.assigned()));
  }
}
