package io.github.moe4j.balance;

import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The device of each expert. Immutable.
 *
 * <p>It moves no data: it only tells the losses of DeepSeek-V2 which experts share a device.
 */
public final class ExpertPlacement {
  private final int[] device;
  private final int[] experts;

  private ExpertPlacement(int[] device, int[] experts) {
    this.device = device;
    this.experts = experts;
  }

  /**
   * A given placement.
   *
   * @param deviceOfExpert a device in [0, D) for each expert [E]; every device has an expert. Not
   *     modified.
   * @throws IllegalArgumentException if there are no experts, a device is out of range or a device has no expert
   */
  public static ExpertPlacement of(int... deviceOfExpert) {
    Require.positive("experts", deviceOfExpert.length);
    int devices = 0;
    for (int e = 0; e < deviceOfExpert.length; e++) {
      Require.that(
          deviceOfExpert[e] >= 0 && deviceOfExpert[e] < deviceOfExpert.length,
          "device of expert %d must be in [0, %d) but was %d",
          e,
          deviceOfExpert.length,
          deviceOfExpert[e]);
      devices = Math.max(devices, deviceOfExpert[e] + 1);
    }
    int[] experts = new int[devices];
    for (int d : deviceOfExpert) {
      experts[d]++;
    }
    for (int d = 0; d < devices; d++) {
      Require.that(experts[d] > 0, "every device must have an expert but device %d has none", d);
    }
    return new ExpertPlacement(deviceOfExpert.clone(), experts);
  }

  /**
   * Equal numbers of experts per device, in order.
   *
   * @param devices D, a divisor of E
   * @throws IllegalArgumentException if the devices do not divide the experts
   */
  public static ExpertPlacement even(int experts, int devices) {
    Require.positive("experts", experts);
    Require.positive("devices", devices);
    Require.that(experts % devices == 0, "devices must divide E = %d but was %d", experts, devices);
    int[] device = new int[experts];
    for (int e = 0; e < experts; e++) {
      device[e] = e / (experts / devices);
    }
    return of(device);
  }

  /** Number of experts E. */
  public int experts() {
    return device.length;
  }

  /** Number of devices D. */
  public int devices() {
    return experts.length;
  }

  /** The device of an expert. */
  public int deviceOf(int expert) {
    return device[expert];
  }

  /** Number of experts on a device. */
  public int expertsOn(int d) {
    return experts[d];
  }

  /** Whether the other object is an equal placement. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ExpertPlacement that && Arrays.equals(device, that.device);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(device);
  }

  /** The device of each expert, for messages. */
  @Override
  public String toString() {
    return Arrays.toString(device);
  }

  /** Throws unless a decision is about as many experts. */
  void requireFits(int decisionExperts) {
    Require.that(
        decisionExperts == experts(),
        "placement and decision differ in experts: %d != %d",
        experts(),
        decisionExperts);
  }
}
