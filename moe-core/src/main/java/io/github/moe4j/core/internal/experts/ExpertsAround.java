package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.Experts;
import java.util.function.UnaryOperator;

/** Experts that consist of other experts. */
public interface ExpertsAround {
  /**
   * The same around other experts; everything else is shared.
   *
   * @param change replaces the experts within, of the same number, width and type
   */
  Experts around(UnaryOperator<Experts> change);
}
