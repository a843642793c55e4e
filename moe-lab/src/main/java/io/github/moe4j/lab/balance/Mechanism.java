package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A balancing mechanism with the router that it is studied with.
 *
 * @param name on the command line and in the table
 * @param description a short description with its settings
 * @param when advantages and disadvantages in a few words; may be empty
 * @param page its page among the docs of balance, without extension; empty for none
 * @param router what it balances
 * @param balances what it balances and its bound refers to
 * @param bound its bound
 * @param parts its losses and controllers; none for a control
 */
public record Mechanism(
    String name,
    String description,
    String when,
    String page,
    StudiedRouter router,
    LoadUnit balances,
    BalanceTarget bound,
    List<MechanismPart> parts) {
  /** Copies. */
  public Mechanism {
    parts = List.copyOf(parts);
  }

  /** Whether this is a control without balancing. */
  public boolean isControl() {
    return parts.isEmpty();
  }

  /** Whether it acts on the selection bias of routers, which must then read one. */
  public boolean steersBias() {
    return parts.stream().anyMatch(MechanismPart.Bias.class::isInstance);
  }

  /** Kinds of scores that a router must offer. */
  public Set<Kind> reads() {
    return parts.stream().flatMap(part -> part.reads().stream()).collect(Collectors.toSet());
  }

  /** Adds its losses and controllers to a balancer. */
  public void addTo(Balancer.Builder balancer, MechanismSetup setup) {
    parts.forEach(part -> part.addTo(balancer, name, setup));
  }

  /** Starts it for a new model. */
  public Balancer start(MechanismSetup setup) {
    Balancer.Builder balancer = Balancer.builder();
    addTo(balancer, setup);
    return balancer.build();
  }
}
