package io.github.moe4j.bench.peers;

/** Another system that computes a sparse layer; found by {@link java.util.ServiceLoader}. */
public interface PeerSystem {
  /** Name in tables. */
  String name();

  /** Whether it computes gated (SwiGLU) experts, else plain ones with SiLU. */
  boolean gated();

  /** Whether it has gradients. */
  boolean trains();

  /** Its version, threads and other settings that the times depend on, in one line. */
  String settings();

  /**
   * Copies weights and inputs into the system.
   *
   * @param work sizes, weights and inputs. Not modified.
   * @param training whether passes are forward and backward with all gradients, else forward only
   */
  PeerLayer prepare(PeerCase work, boolean training);
}
