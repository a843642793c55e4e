package io.github.moe4j.core;

/** Something with named parameters. */
public interface Parameterised {
  /** The parameters by name, in a fixed order; their arrays are the live ones. */
  Parameters parameters();
}
