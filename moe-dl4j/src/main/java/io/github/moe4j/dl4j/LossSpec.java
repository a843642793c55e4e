package io.github.moe4j.dl4j;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.balance.catalogue.LossSizes;
import io.github.moe4j.core.internal.Require;
import java.io.Serializable;
import java.util.List;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A balance loss of {@link LossCatalogue}, user-defined ones included, as part of a network's configuration.
 *
 * @param name in the catalogue
 * @param coefficient of the loss, finite and at least 0
 * @param k experts per token, for losses that read it; 0 for the router's
 * @param devices number of devices, with equal numbers of consecutive experts, for losses over devices; 1 by default
 */
public record LossSpec(
    @JsonProperty("name") String name,
    @JsonProperty("coefficient") double coefficient,
    @JsonProperty("k") int k,
    @JsonProperty("devices") int devices)
    implements Serializable {

  /**
   * Checks everything that does not depend on the layer.
   *
   * @throws IllegalArgumentException if the loss is unknown, or a number is out of range
   */
  @JsonCreator
  public LossSpec {
    LossCatalogue.load().get(name);
    Require.notNegative("coefficient of " + name, coefficient);
    Require.that(k >= 0, "k of %s must be at least 0 but was %d", name, k);
    devices = devices == 0 ? 1 : devices;
    Require.positive("devices of " + name, devices);
  }

  /** A loss for the router's k, and for one device. */
  public static LossSpec of(String name, double coefficient) {
    return new LossSpec(name, coefficient, 0, 1);
  }

  /** Names of all losses. */
  public static List<String> names() {
    return LossCatalogue.load().names();
  }

  /** The same with another number of experts per token than the router's. */
  public LossSpec withK(int number) {
    return new LossSpec(name, coefficient, number, devices);
  }

  /** The same for experts distributed over devices. */
  public LossSpec withDevices(int number) {
    return new LossSpec(name, coefficient, k, number);
  }

  /** The loss of a layer; an error if the sizes that it reads do not fit. */
  BalanceLoss build(RouterSpec router, int experts) {
    int choices = k == 0 ? Math.max(1, router.choices(experts)) : k;
    return LossCatalogue.load()
        .get(name)
        .create(coefficient, new LossSizes(experts, choices, devices));
  }
}
