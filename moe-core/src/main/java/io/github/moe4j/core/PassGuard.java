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
 * Guards one pass of a {@link FeedForward} or another layer, also of your own: checks its arrays, enforces that
 * its backward runs at most once, in time and with the numbers of the forward, and returns its scratch memory.
 *
 * <p>An evaluation returns its memory at the end of forward; any other pass when its backward is done or has failed,
 * when it is closed, or after it becomes unreachable. Results that a caller keeps must not be in that memory. Used by
 * one thread at a time.
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
  private final INDArray x;

  /** Null if there will be no backward. */
  private final @Nullable UnchangedArrays unchanged;

  private final Cleaner.@Nullable Cleanable memory;
  private State state;

  /**
   * The guard of a completed forward pass; the scope is closed at once if there will be no backward.
   *
   * @param name name of the layer in error messages, such as {@code layer moe}
   * @param scope memory of the pass. It must not refer to the pass itself.
   */
  public PassGuard(String name, Parameterized layer, TokenBatch input, Arena.Scope scope) {
    this.name = name;
    this.parameters = layer.parameters();
    this.x = input.x();
    if (input.mode().isDifferentiable()) {
      this.state = State.OPEN;
      this.unchanged = new UnchangedArrays(parameters, x);
      this.memory = CLEANER.register(this, scope::close);
    } else {
      this.state = State.EVALUATED;
      this.unchanged = null;
      this.memory = null;
      scope.close();
    }
  }

  /**
   * Checks the arrays of a forward pass, opens its scope and runs it; the scope is closed if it
   * throws.
   *
   * @param name name of the layer in error messages, such as {@code layer moe}
   * @param input tokens x [T,D]. Not modified.
   * @param y receives the outputs [T,D]: contiguous, not overlapping x or the parameters
   * @param work runs the pass, and creates its guard at the end
   * @throws IllegalArgumentException if x or y does not fit the layer, is closed, or y overlaps x or a parameter
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
    String tokens = "x of " + name;
    Require.shape(tokens, x, -1, layer.modelWidth());
    Require.type(tokens, x, layer.dataType());
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
   * Checks that the backward of the pass has not run yet and is possible.
   *
   * @param what the operation to be done, such as {@code backward}
   * @throws IllegalStateException if it has run already, the pass is closed, or it is an evaluation
   */
  public void requireOpen(String what) {
    String why = switch (state) {
      case OPEN -> null;
      case EVALUATED ->
        "after an evaluation: use TokenBatch.training, or request"
            + " gradients of the evaluation by TokenBatch.differentiable()";
      case PULLED_BACK -> "after the backward of the pass, which runs once";
      case CLOSED -> "after the pass was closed";
    };
    if (why != null) {
      throw new IllegalStateException(what + " of " + name + " came " + why);
    }
  }

  /**
   * Runs the backward of the pass after checks; nothing is changed if they fail.
   *
   * @param dy gradient of the outputs [T,D]. Not modified.
   * @param dx gradient of x [T,D], which may be dy itself
   * @param into gradients of the layer's parameters
   * @param work receives dy, contiguous, and adds to dx and the gradients; if it throws, the pass
   *     ends, and dx and the gradients contain partial sums
   * @throws IllegalArgumentException if an array does not fit, is closed, or overlaps another; nothing is changed then
   * @throws IllegalStateException if the backward has run already or the pass has none, or x or a parameter was
   *     changed since forward, as far as a sample of elements shows it
   */
  public void backward(INDArray dy, INDArray dx, Gradients into, Consumer<INDArray> work) {
    requireOpen("backward");
    PassArrays.requireBackward(name, parameters, x, dy, dx, into);
    backward(() -> work.accept(Contiguous.of(dy)));
  }

  /**
   * The same for a backward whose arrays the caller has checked.
   *
   * @throws IllegalStateException if the backward has run already or the pass has none, or x or a parameter was
   *     changed since forward
   * @throws IllegalArgumentException if x or a parameter is closed
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
    PassArrays.requireInputs(name, parameters, x);
    String change = unchanged == null ? null : unchanged.change();
    if (change != null) {
      throw new IllegalStateException("backward of " + name + " came after " + change
          + ": forward and backward need the same numbers");
    }
  }

  /** Returns the memory of the pass, if not done yet; closing twice does nothing. */
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
