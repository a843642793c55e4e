package io.github.moe4j.core.lora;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.experts.DelegatingExperts;
import io.github.moe4j.core.internal.experts.PassAround;
import java.util.Set;
import java.util.function.Predicate;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts of which some parameters, or all, are frozen.
 *
 * <p>Parameters: those that are trained, under their own names. The others have no gradient, no optimizer sees them, and
 * gradients of what comes before are those of the experts.
 */
public final class FrozenExperts implements DelegatingExperts {
  private final Experts inner;
  private final FrozenPart part;

  private FrozenExperts(Experts inner, FrozenPart part) {
    this.inner = inner;
    this.part = part;
  }

  /**
   * Freezes all parameters.
   *
   * @param inner what is frozen. Kept.
   */
  public static FrozenExperts of(Experts inner) {
    return except(inner, name -> false);
  }

  /**
   * Freezes some parameters.
   *
   * @param inner of which some parameters are frozen. Kept.
   * @param isTrained whether the parameter of a name is trained
   */
  public static FrozenExperts except(Experts inner, Predicate<String> isTrained) {
    return new FrozenExperts(inner, FrozenPart.of(inner.parameters(), isTrained));
  }

  /** The same with all its parameters. */
  @Override
  public Experts inner() {
    return inner;
  }

  @Override
  public NamedArrays parameters() {
    return part.trained();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    return new Run(inner.run(xR, expertStart, mode, scope), part.frozen());
  }

  /** The run of the experts, with more gradients than it is given. */
  private record Run(ExpertsPass run, Set<String> frozen) implements PassAround {
    @Override
    public INDArray y() {
      return run.y();
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      run.backward(dyR, dxR, into.andFrozen(frozen));
    }
  }
}
