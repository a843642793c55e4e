package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.ExpertPlacement;
import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.core.LoadStatistics;

/** The lab's devices, which hold two experts each, and the load of what a mechanism balances. */
public final class StudiedDevices {
  /** Experts of a device. */
  private static final int EXPERTS_A_DEVICE = 2;

  private StudiedDevices() {}

  /** Devices of E experts. */
  public static int count(int experts) {
    return Math.max(1, experts / EXPERTS_A_DEVICE);
  }

  /** Standard deviation of the load of experts or of devices over its mean. */
  public static double coefficientOfVariation(LoadUnit unit, LoadStatistics load) {
    return switch (unit) {
      case EXPERTS, NONE -> load.coefficientOfVariation();
      case DEVICES -> LoadStatistics.coefficientOfVariation(ofDevices(load.assigned()));
    };
  }

  private static long[] ofDevices(long[] assigned) {
    ExpertPlacement placement = ExpertPlacement.even(assigned.length, count(assigned.length));
    long[] counts = new long[placement.devices()];
    for (int e = 0; e < assigned.length; e++) {
      counts[placement.deviceOf(e)] += assigned[e];
    }
    return counts;
  }
}
