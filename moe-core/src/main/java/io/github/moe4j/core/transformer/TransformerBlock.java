package io.github.moe4j.core.transformer;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassGuard;
import io.github.moe4j.core.TokenBatch;
import java.util.List;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A pre-norm Transformer block: {@code h = x + attention(norm1(x))}, {@code y = h +
 * feedForward(norm2(h))}.
 *
 * <p>The feed-forward part is a {@link io.github.moe4j.core.MoeLayer}, or dense. A padding token
 * is returned unchanged: only the residual applies to it.
 *
 * <p>Parameters: {@code norm1.…}, {@code attention.…}, {@code norm2.…}, {@code feedForward.…}.
 */
public final class TransformerBlock implements FeedForward {
  private static final String NAME = "a Transformer block";

  private final LayerNorm norm1;
  private final CausalSelfAttention attention;
  private final LayerNorm norm2;
  private final FeedForward feedForward;
  private final Arena arena;
  private final NamedArrays parameters;

  private TransformerBlock(
      LayerNorm norm1,
      CausalSelfAttention attention,
      LayerNorm norm2,
      FeedForward feedForward,
      Arena arena) {
    this.norm1 = norm1;
    this.attention = attention;
    this.norm2 = norm2;
    this.feedForward = feedForward;
    this.arena = arena;
    this.parameters = NamedArrays.builder()
        .addAll("norm1", norm1.parameters())
        .addAll("attention", attention.parameters())
        .addAll("norm2", norm2.parameters())
        .addAll("feedForward", feedForward.parameters())
        .build();
  }

  /**
   * A block around a feed-forward part of the same type.
   *
   * @param heads attention heads, a divisor of D
   * @param initializer of the attention weights
   * @param seed of the attention weights
   * @param arena memory, which blocks of one model share
   */
  public static TransformerBlock create(
      FeedForward feedForward, int heads, Initializer initializer, long seed, Arena arena) {
    int width = feedForward.modelWidth();
    DataType type = feedForward.dataType();
    return new TransformerBlock(
        LayerNorm.create(width, type),
        CausalSelfAttention.create(width, heads, type, initializer, new SplittableRandom(seed)),
        LayerNorm.create(width, type),
        feedForward,
        arena);
  }

  @Override
  public int modelWidth() {
    return feedForward.modelWidth();
  }

  @Override
  public DataType dataType() {
    return feedForward.dataType();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** Its feed-forward part, such as {@code Transformer block around layer moe: 8 experts, …}. */
  @Override
  public String toString() {
    return "Transformer block around " + feedForward;
  }

  @Override
  public FeedForwardPass forward(TokenBatch input, INDArray y) {
    return PassGuard.forward(NAME, this, input, y, arena, scope -> new Run(input, y, scope));
  }

  /** One pass and its backward. */
  private final class Run implements FeedForwardPass, MoePasses {
    private final Arena.Scope scope;
    private final LayerNorm.Pass normed1;
    private final CausalSelfAttention.Pass attended;
    private final LayerNorm.Pass normed2;
    private final FeedForwardPass fed;
    private final INDArray y;
    private final PassGuard guard;

    Run(TokenBatch input, INDArray y, Arena.Scope scope) {
      this.scope = scope;
      this.y = y;
      this.normed1 = norm1.forward(input.x(), input.mask(), scope);
      this.attended = attention.forward(input.withX(normed1.y()), scope);
      INDArray h = scope.take(y.dataType(), y.shape());
      add(input.x(), attended.y(), h);
      this.normed2 = norm2.forward(h, input.mask(), scope);
      this.fed = feedForward.forward(input.withX(normed2.y()), scope.take(y.dataType(), y.shape()));
      scope.whenClosed(fed::close);
      add(h, fed.y(), y);
      this.guard = new PassGuard(NAME, TransformerBlock.this, input, scope);
    }

    private static void add(INDArray a, INDArray b, INDArray sum) {
      if (!a.isEmpty()) {
        a.addi(b, sum);
      }
    }

    @Override
    public INDArray y() {
      return y;
    }

    @Override
    public List<MoePass> moe() {
      return MoePasses.in(fed);
    }

    @Override
    public void backward(INDArray dy, INDArray dx, Gradients into) {
      guard.backward(dy, dx, into, upstream -> pullBack(upstream, dx, into));
    }

    private void pullBack(INDArray dy, INDArray dx, Gradients into) {
      INDArray dNormed2 = scope.takeZeros(dy.dataType(), dy.shape());
      fed.backward(dy, dNormed2, into.part("feedForward")); // collective with experts in parallel
      if (dy.isEmpty()) {
        return;
      }
      INDArray dh = scope.take(dy.dataType(), dy.shape());
      dh.assign(dy);
      normed2.backward(dNormed2, dh, into.part("norm2"));
      INDArray dNormed1 = scope.takeZeros(dy.dataType(), dy.shape());
      attended.backward(dh, dNormed1, into.part("attention"));
      dx.addi(dh);
      normed1.backward(dNormed1, dx, into.part("norm1"));
    }

    @Override
    public void close() {
      guard.close();
    }
  }
}
