package io.github.moe4j.dl4j;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One forward pass of a layer in a network, between DL4J's arrays and tokens [T,D]. */
final class TokenPass implements AutoCloseable {
  private final TokenLayout layout;
  private final TokenMask mask;
  private final MoePass forward;
  private final Arena.Scope scope;
  private final boolean training;
  private final boolean residual;
  private double balance;

  private TokenPass(
      TokenLayout layout,
      TokenMask mask,
      MoePass forward,
      Arena.Scope scope,
      boolean training,
      boolean residual) {
    this.layout = layout;
    this.mask = mask;
    this.forward = forward;
    this.scope = scope;
    this.training = training;
    this.residual = residual;
  }

  static TokenPass of(MoeNetworkLayer owner, TokenLayout layout, PassMode mode, Arena arena) {
    MoeSpec spec = owner.layerConf().getMoe();
    TokenMask mask = layout.mask(owner.mask(), owner.name());
    Arena.Scope scope = arena.open();
    // A copy, in memory of our own: whatever workspace the input is in, it may be gone.
    INDArray x = scope.take(owner.moe().dataType(), layout.tokens(), layout.width());
    layout.unfold(x).assign(layout.inTokenOrder(owner.input()));
    TokenBatch input = TokenBatch.of(x, mode.atStep(owner.getIterationCount()))
        .withMask(mask)
        .withSequenceLength(layout.sequenceLength());
    INDArray y = scope.take(x.dataType(), x.shape());
    MoePass forward = owner.moe().forward(input, y);
    TokenPass pass =
        new TokenPass(layout, mask, forward, scope, mode.isTraining(), spec.residual());
    if (mode.isTraining()) {
      pass.addBalance(spec, owner.gradientDivisor());
    }
    return pass;
  }

  /** The score takes a loss as it is; the gradients will all be divided by the mini-batch. */
  private void addBalance(MoeSpec spec, int gradientDivisor) {
    balance = spec.balancer().balance(List.of(forward), gradientDivisor).value();
  }

  TokenLayout layout() {
    return layout;
  }

  boolean training() {
    return training;
  }

  double balance() {
    return balance;
  }

  MoePass moe() {
    return forward;
  }

  RouterDecision decision() {
    return forward.decision();
  }

  LoadStatistics load() {
    return forward.load();
  }

  /**
   * Writes the outputs.
   *
   * @param out in DL4J's shape. Modified.
   * @param added to the outputs, or null. Not modified.
   */
  void writeOutput(INDArray out, @Nullable INDArray added) {
    layout.inTokenOrder(out).assign(layout.unfold(forward.y()));
    if (added != null) {
      out.addi(added.castTo(out.dataType()));
      if (!mask.allValid()) {
        INDArray rows = take();
        layout.unfold(rows).assign(layout.inTokenOrder(out));
        zeroMasked(rows);
        layout.inTokenOrder(out).assign(layout.unfold(rows));
      }
    }
  }

  /**
   * Writes the gradient of the input and adds those of the parameters.
   *
   * @param epsilon gradient of the output, in DL4J's shape. Not modified.
   * @param epsilonNext gradient of the input. Modified.
   * @param dropout pulls a gradient back through the dropout of the input
   */
  void backward(
      INDArray epsilon, INDArray epsilonNext, Gradients into, UnaryOperator<INDArray> dropout) {
    INDArray dy = take();
    layout.unfold(dy).assign(layout.inTokenOrder(epsilon));
    zeroMasked(dy);
    INDArray dx = scope.takeZeros(dy.dataType(), layout.tokens(), layout.width());
    forward.backward(dy, dx, into);
    layout.inTokenOrder(epsilonNext).assign(layout.unfold(dx));
    dropout.apply(epsilonNext);
    if (residual) {
      layout.inTokenOrder(epsilonNext).addi(layout.unfold(dy));
    }
  }

  private INDArray take() {
    return scope.take(forward.y().dataType(), layout.tokens(), layout.width());
  }

  private void zeroMasked(INDArray rows) {
    for (int t = 0; t < mask.tokens(); t++) {
      if (!mask.valid(t)) {
        rows.getRow(t).assign(0);
      }
    }
  }

  @Override
  public void close() {
    forward.close();
    scope.close();
  }
}
