package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import org.nd4j.linalg.api.buffer.DataType;

/** Experts around others, of the same number, width and type; what differs is overridden. */
public interface DelegatingExperts extends Experts {
  /** What is within. */
  Experts inner();

  @Override
  default int experts() {
    return inner().experts();
  }

  @Override
  default int modelWidth() {
    return inner().modelWidth();
  }

  @Override
  default DataType dataType() {
    return inner().dataType();
  }

  @Override
  default NamedArrays parameters() {
    return inner().parameters();
  }

  @Override
  default boolean computesFillers() {
    return inner().computesFillers();
  }
}
