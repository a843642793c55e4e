package io.github.moe4j.dl4j.balance;

import io.github.moe4j.balance.BalanceLoss;
import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * A balance loss as part of a network's configuration; JSON names its class, so that custom losses need
 * no registration.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, property = "@class")
public interface BalanceSpec extends Serializable {
  /** The loss, its coefficient included. */
  BalanceLoss loss();
}
