package io.github.moe4j.fuzz;

/** A fault with the seed of its case, from which that case can be run alone. */
public final class FuzzFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final long seed;

  FuzzFailure(String target, long seed, Throwable cause) {
    super("%s: %s; %s".formatted(target, cause, Replay.command(target, seed)), cause);
    this.seed = seed;
  }

  /** The seed of the case. */
  public long seed() {
    return seed;
  }
}
