package io.github.moe4j.core;

import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Guards one pass of a {@link FeedForward} or another layer, also of one of your own: checks its arrays, sees that
 * its backward runs at most once and in time, and gives its scratch memory back.
 *
 * <p>A pass in evaluation gives its memory back at the end of forward; any other when its backward is
 * done or has failed, when it is closed, or when nothing refers to it any more and the garbage
 * collector has noticed. So nothing that a caller keeps may lie in that memory. Used by one thread at
 * a time.
 */
public final class PassGuard implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  /** How far the pass is. */
  private enum State {
    OPEN,
    EVALUATED,
    PULLED_BACK,
    CLOSED
  }

  private final String name;
  private final NamedArrays parameters;
  private final long changes;
  private final INDArray x;
  private final Cleaner.@Nullable Cleanable memory;
  private State state;

  /**
   * The guard of a forward pass that is done; the scope is closed at once if there is no backward to
   * come.
   *
   * @param name what errors call the layer, such as {@code layer moe}
   * @param scope memory of the pass. It must hold nothing that refers to the pass itself.
   */
  public PassGuard(String name, Parameterized layer, TokenBatch input, Arena.Scope scope) {
    this.name = name;
    this.parameters = layer.parameters();
    this.changes = parameters.changeCount();
    this.x = input.x();
    if (input.mode().isDifferentiable()) {
      this.state = State.OPEN;
      this.memory = CLEANER.register(this, scope::close);
    } else {
      this.state = State.EVALUATED;
      this.memory = null;
      scope.close();
    }
  }

  /**
   * Checks the arrays of a forward pass, opens its memory and runs it; the memory is given back if it
   * throws.
   *
   * @param name what errors call the layer, such as {@code layer moe}
   * @param input tokens x [T,D]. Not modified.
   * @param y where the outputs go [T,D]: contiguous, apart from x and the parameters
   * @param work makes the pass, and at its end the pass's guard
   */
  public static <P> P forward(
      String name,
      FeedForward layer,
      TokenBatch input,
      INDArray y,
      Arena arena,
      Function<Arena.Scope, P> work) {
    INDArray x = input.x();
    PassArrays.requireInputs(name, layer.parameters(), x);
    Require.shape("x", x, -1, layer.modelWidth());
    Require.type("x", x, layer.dataType());
    PassArrays.requireOutput(name, layer.parameters(), x, y);
    Arena.Scope scope = arena.open("the pass of " + name);
    try {
      return work.apply(scope);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /**
   * Throws unless the backward of the pass is still to come.
   *
   * @param what is about to be done, such as {@code backward}
   * @throws IllegalStateException if it ran already, the pass is closed, or it is an evaluation
   */
  public void requireOpen(String what) {
    String why = switch (state) {
      case OPEN -> null;
      case EVALUATED ->
        "after an evaluation: make the input by TokenBatch.training, or ask for"
            + " gradients of the evaluation by TokenBatch.differentiable()";
      case PULLED_BACK -> "after the backward of the pass, which runs once";
      case CLOSED -> "after the pass was closed";
    };
    if (why != null) {
      throw new IllegalStateException(what + " of " + name + " came " + why);
    }
  }

  /**
   * Runs the backward of the pass, after checks that leave everything as it is when they fail.
   *
   * @param dy gradient of the outputs [T,D]. Not modified.
   * @param dx gradient of x [T,D], which may be dy itself
   * @param into gradients of the layer's parameters
   * @param work is given dy, contiguous, and adds to dx and the gradients; if it throws, the pass is
   *     over, and dx and the gradients hold part of the sums
   */
  public void backward(INDArray dy, INDArray dx, Gradients into, Consumer<INDArray> work) {
    requireOpen("backward");
    PassArrays.requireBackward(name, parameters, x, dy, dx, into);
    backward(() -> work.accept(Contiguous.of(dy)));
  }

  /**
   * The same for a backward whose arrays the caller has checked.
   *
   * @throws IllegalStateException if the backward ran already or never will, or parameters were changed
   */
  public void backward(Runnable work) {
    requireOpen("backward");
    requireUnchanged();
    state = State.PULLED_BACK;
    try {
      work.run();
    } finally {
      giveBack();
      // Till here the cleaner must not think that nobody uses the memory.
      Reference.reachabilityFence(this);
    }
  }

  private void requireUnchanged() {
    if (parameters.changeCount() != changes) {
      throw new IllegalStateException(
          "backward of " + name + " came after its parameters were changed, by an"
              + " optimizer or from a checkpoint: forward and backward need the same numbers");
    }
  }

  /** Gives the memory of the pass back, if that is still to be done; closing twice does nothing. */
  @Override
  public void close() {
    state = State.CLOSED;
    giveBack();
  }

  private void giveBack() {
    if (memory != null) {
      memory.clean();
    }
  }
}
