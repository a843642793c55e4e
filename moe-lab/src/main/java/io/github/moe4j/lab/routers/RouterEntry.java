package io.github.moe4j.lab.routers;

import io.github.moe4j.core.Router;

/**
 * One router as the docs and benchmarks show it.
 *
 * @param name on the command line and in benchmarks, and the name of its picture
 * @param title in the docs
 * @param page its page among the docs of routers, without extension
 * @param facts what the table of routers says about it
 * @param balance what usually balances it: a mechanism, several joined by +, or "none"
 * @param factory builds it
 */
public record RouterEntry(
    String name, String title, String page, RouterFacts facts, String balance, Factory factory) {

  /** A router with the usual losses, or none if its load is even by itself. */
  static RouterEntry of(
      String name, String title, String page, RouterFacts facts, Factory factory) {
    String balance = facts.balanced().equals("no") ? "switch+z-loss" : "none";
    return new RouterEntry(name, title, page, facts, balance, factory);
  }

  /** The same, usually balanced by a mechanism of its own. */
  RouterEntry balancedBy(String mechanism) {
    return new RouterEntry(name, title, page, facts, mechanism, factory);
  }

  /** Builds a router for given sizes. */
  @FunctionalInterface
  public interface Factory {
    /** A router with weights that are the same for the same sizes. */
    Router create(RouterSizes sizes);
  }

  /** Whether a selection bias decides with the scores. */
  public boolean readsBias() {
    return facts.balanced().contains("bias");
  }

  /**
   * How many experts a token gets, at most or on average, of those that depend on it.
   *
   * @param experts E
   * @param k what the user says
   */
  public int choices(int experts, int k) {
    return switch (facts.choices()) {
      case "1" -> 1;
      case "2", "1 to 2" -> Math.min(2, experts);
      case "E" -> experts;
      default -> k;
    };
  }

  /** Whether the router's number of choices follows {@link RouterSizes#k}. */
  public boolean hasK() {
    return facts.choices().equals("k");
  }
}
