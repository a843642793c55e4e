package io.github.moe4j.core;

/** A component with named parameters. */
public interface Parameterized {
  /** The parameters by name, in a fixed order; their arrays are the live ones. */
  NamedArrays parameters();
}
