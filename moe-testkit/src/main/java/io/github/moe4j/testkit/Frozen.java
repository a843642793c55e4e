package io.github.moe4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks a backward pass with frozen parameters. */
public final class Frozen {
  private Frozen() {}

  /** A repeatable backward pass. */
  @FunctionalInterface
  public interface Backward {
    /** Adds the gradients of parameters and returns that of the input. */
    INDArray run(Gradients into);
  }

  /**
   * Freezes each parameter separately, then all: the gradients of the others and of the input must have the
   * same bits, and those of frozen parameters must not exist.
   */
  public static void assertRestUnchanged(NamedArrays parameters, Backward backward) {
    Gradients all = parameters.zeroGradients();
    INDArray dx = backward.run(all);
    List<String[]> choices = new ArrayList<>();
    parameters.names().forEach(name -> choices.add(new String[] {name}));
    choices.add(parameters.names().toArray(new String[0]));
    for (String[] frozen : choices) {
      Gradients rest = parameters.zeroGradientsExcept(frozen);
      Near.assertSameBits("dx without " + String.join(", ", frozen), dx, backward.run(rest));
      rest.forEach((name, array) -> Near.assertSameBits(name, all.get(name), array));
      assertEquals(parameters.names().size() - frozen.length, rest.names().size());
      for (String name : frozen) {
        assertTrue(rest.isFrozen(name), name);
      }
    }
  }
}
