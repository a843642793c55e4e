package io.github.moe4j.models.preset;

import java.util.Locale;

/** The component that parameters belong to. */
public enum ParameterGroup {
  /** The embedding table of token ids. */
  EMBEDDING,
  /** The matrix to the vocabulary; no parameters where it is the embedding's. */
  OUTPUT,
  /** Projections of attention, with biases and sinks. */
  ATTENTION,
  /** Feed-forward networks of layers without experts. */
  DENSE_FFN,
  /** Router weights, biases and selection biases. */
  ROUTER,
  /** Experts that tokens are routed to. */
  ROUTED_EXPERTS,
  /** Shared experts, with their gate. */
  SHARED_EXPERTS,
  /** Normalization, that of queries and keys too. */
  NORMS,
  /** Relative position biases, projections of multi-token prediction. */
  OTHER;

  /** A description such as {@code routed experts}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
