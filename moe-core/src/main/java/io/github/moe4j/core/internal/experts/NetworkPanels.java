package io.github.moe4j.core.internal.experts;

/**
 * The weights of expert networks of one hidden layer as right factors of products.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface NetworkPanels<A> {
  /** Projections before the hidden layer. */
  int projections();

  /** D. */
  int modelWidth();

  /** H. */
  int hiddenWidth();

  /** A projection of an expert. */
  WeightPanels<A> projection(int number, int expert);

  /** The projection of an expert from the hidden layer to its outputs. */
  WeightPanels<A> down(int expert);
}
