package io.github.moe4j.bench.routers;

import io.github.moe4j.core.Router;

/**
 * One router as the docs and benchmarks show it.
 *
 * @param name on the command line and in benchmarks, and the name of its picture
 * @param title in the docs
 * @param page its page among the docs of routers, without extension
 * @param facts what the table of routers says about it
 * @param factory builds it
 */
public record RouterEntry(
    String name, String title, String page, RouterFacts facts, Factory factory) {

  /** Builds a router for given sizes. */
  @FunctionalInterface
  public interface Factory {
    /** A router with weights that are the same for the same sizes. */
    Router create(RouterSizes sizes);
  }

  /** Whether the router's number of choices follows {@link RouterSizes#k}. */
  public boolean hasK() {
    return facts.choices().equals("k");
  }
}
