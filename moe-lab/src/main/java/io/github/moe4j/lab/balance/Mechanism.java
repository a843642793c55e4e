package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One way to balance, with the router it is studied with.
 *
 * @param name on the command line and in the table
 * @param description what it is, with its settings, in a few words
 * @param when what speaks for it and against it, in a few words; empty for none
 * @param page its page among the docs of balance, without extension; empty for none
 * @param router what it balances
 * @param balances what it balances, which its bound is about
 * @param bound what it promises
 * @param parts its losses and controllers; none where nothing balances
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

  /** Whether nothing balances. */
  public boolean isControl() {
    return parts.isEmpty();
  }

  /** Whether it acts on the selection bias of routers, which must read one then. */
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
