package io.github.moe4j.core.lora;

import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer, such as a shared expert, of which some parameters, or all, are frozen.
 *
 * <p>Parameters: those that are trained, under their own names. The others have no gradient, no optimizer sees them, and
 * gradients of what comes before are those of the layer.
 */
public final class FrozenFeedForward implements FeedForward {
  private final FeedForward inner;
  private final FrozenPart part;

  private FrozenFeedForward(FeedForward inner, FrozenPart part) {
    this.inner = inner;
    this.part = part;
  }

  /**
   * Freezes all parameters.
   *
   * @param inner what is frozen. Kept.
   */
  public static FrozenFeedForward of(FeedForward inner) {
    return except(inner, name -> false);
  }

  /**
   * Freezes some parameters.
   *
   * @param inner of which some parameters are frozen. Kept.
   * @param isTrained whether the parameter of a name is trained
   */
  public static FrozenFeedForward except(FeedForward inner, Predicate<String> isTrained) {
    return new FrozenFeedForward(inner, FrozenPart.of(inner.parameters(), isTrained));
  }

  /** The same with all its parameters. */
  public FeedForward inner() {
    return inner;
  }

  @Override
  public int modelWidth() {
    return inner.modelWidth();
  }

  @Override
  public DataType dataType() {
    return inner.dataType();
  }

  @Override
  public NamedArrays parameters() {
    return part.trained();
  }

  @Override
  public FeedForwardPass forward(TokenBatch input, INDArray y) {
    return new Run(inner.forward(input, y), part.frozen());
  }

  /** The pass of the layer, with more gradients than it is given. */
  private record Run(FeedForwardPass run, Set<String> frozen)
      implements FeedForwardPass, MoePasses {
    @Override
    public INDArray y() {
      return run.y();
    }

    @Override
    public List<MoePass> moe() {
      return MoePasses.in(run);
    }

    @Override
    public void backward(INDArray dy, INDArray dx, Gradients into) {
      run.backward(dy, dx, into.andFrozen(frozen));
    }

    @Override
    public void close() {
      run.close();
    }
  }
}
