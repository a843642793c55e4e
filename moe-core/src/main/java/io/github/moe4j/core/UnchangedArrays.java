package io.github.moe4j.core;

import io.github.moe4j.core.internal.ElementSample;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Notices that x or a parameter was changed since this was created. Optimizers and checkpoints count their changes; a
 * direct write is noticed if it changes one of the elements in an {@link ElementSample}, as one of a whole array does.
 */
final class UnchangedArrays {
  /** Of x, which may be sparse. */
  private static final int OF_X = 32;

  private static final int OF_PARAMETER = 8;

  private final NamedArrays parameters;
  private final INDArray x;
  private final long changes;
  private final long[] samples;

  UnchangedArrays(NamedArrays parameters, INDArray x) {
    this.parameters = parameters;
    this.x = x;
    this.changes = parameters.changeCount();
    this.samples = samples();
  }

  /** What was changed and how, or null if nothing was. The arrays must not be closed. */
  @Nullable
  String change() {
    if (parameters.changeCount() != changes) {
      return "its parameters were changed, by an optimizer or from a checkpoint";
    }
    long[] now = samples();
    if (now[0] != samples[0]) {
      return "x was changed";
    }
    int next = 1;
    for (String name : parameters.names()) {
      if (now[next] != samples[next]) {
        return "parameter " + name + " was changed";
      }
      next++;
    }
    return null;
  }

  /** Of x, then of each parameter. */
  private long[] samples() {
    long[] all = new long[1 + parameters.names().size()];
    all[0] = ElementSample.of(x, OF_X);
    int next = 1;
    for (String name : parameters.names()) {
      all[next++] = ElementSample.of(parameters.get(name), OF_PARAMETER);
    }
    return all;
  }
}
