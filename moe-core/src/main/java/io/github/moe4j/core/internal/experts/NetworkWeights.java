package io.github.moe4j.core.internal.experts;

/**
 * The parameters of expert networks of one hidden layer.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
public interface NetworkWeights<A> {
  /** Projections before the hidden layer. */
  int projections();

  /** D. */
  int modelWidth();

  /** H. */
  int hiddenWidth();

  /** A projection of an expert, [H,D]. */
  ExpertWeight<A> projection(int number, int expert);

  /** The projection of an expert from the hidden layer to its outputs, [D,H]. */
  ExpertWeight<A> down(int expert);
}
