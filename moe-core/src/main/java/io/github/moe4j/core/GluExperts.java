package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gated feed-forward experts: {@code down(act(gate(x)) ⊙ up(x))} (Shazeer 2020, arXiv 2002.05202,
 * equation 6; SwiGLU with SiLU, as in Mixtral).
 *
 * <p>Parameters: {@code gate.weight} and {@code up.weight} [E,H,D], {@code down.weight} [E,D,H],
 * and with biases {@code gate.bias} and {@code up.bias} [E,H], {@code down.bias} [E,D].
 */
public final class GluExperts implements Experts {
  private final GroupedLinear gate;
  private final GroupedLinear up;
  private final GroupedLinear down;
  private final Activation activation;
  private final Parameters parameters;

  private GluExperts(
      GroupedLinear gate, GroupedLinear up, GroupedLinear down, Activation activation) {
    Require.that(
        gate.experts() == up.experts() && gate.in() == up.in() && gate.out() == up.out(),
        "gate [%d, %d, %d] and up [%d, %d, %d] must have one shape",
        gate.experts(),
        gate.out(),
        gate.in(),
        up.experts(),
        up.out(),
        up.in());
    Require.that(
        up.experts() == down.experts() && up.in() == down.out() && up.out() == down.in(),
        "up [%d, %d, %d] and down [%d, %d, %d] must fit together",
        up.experts(),
        up.out(),
        up.in(),
        down.experts(),
        down.out(),
        down.in());
    this.gate = gate;
    this.up = up;
    this.down = down;
    this.activation = activation;
    Parameters.Builder builder = Parameters.builder();
    gate.addTo(builder, "gate");
    up.addTo(builder, "up");
    down.addTo(builder, "down");
    this.parameters = builder.build();
  }

  /** New experts with weights drawn from a seed; the same seed gives the same bits. */
  public static GluExperts create(ExpertOptions options, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int e = options.experts();
    int d = options.modelWidth();
    int h = options.hiddenWidth();
    DataType type = options.dataType();
    INDArray gate = options.initializer().create(type, random, e, h, d);
    INDArray up = options.initializer().create(type, random, e, h, d);
    INDArray down = options.initializer().create(type, random, e, d, h);
    boolean biases = options.biases();
    return of(
        options.activation(),
        gate,
        biases ? Allocate.zeros(type, e, h) : null,
        up,
        biases ? Allocate.zeros(type, e, h) : null,
        down,
        biases ? Allocate.zeros(type, e, d) : null);
  }

  /**
   * Experts over existing arrays, which become the live parameters.
   *
   * @param gate [E,H,D]
   * @param gateBias [E,H] or null
   * @param up [E,H,D]
   * @param upBias [E,H] or null
   * @param down [E,D,H]
   * @param downBias [E,D] or null
   */
  public static GluExperts of(
      Activation activation,
      INDArray gate,
      @Nullable INDArray gateBias,
      INDArray up,
      @Nullable INDArray upBias,
      INDArray down,
      @Nullable INDArray downBias) {
    return new GluExperts(
        new GroupedLinear("gate", gate, gateBias),
        new GroupedLinear("up", up, upBias),
        new GroupedLinear("down", down, downBias),
        activation);
  }

  @Override
  public int experts() {
    return up.experts();
  }

  @Override
  public int modelWidth() {
    return up.in();
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public ExpertsRun run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    int[] start = expertStart.clone();
    INDArray gates = gate.forward(xR, start, scope);
    INDArray ups = up.forward(xR, start, scope);
    INDArray hidden = scope.take(xR.dataType(), ups.shape());
    activate(gates, ups, hidden);
    INDArray y = down.forward(hidden, start, scope);
    return new ExpertsRun() {
      @Override
      public INDArray y() {
        return y;
      }

      @Override
      public void backward(INDArray dyR, INDArray dxR, Gradients into) {
        INDArray dHidden = scope.takeZeros(dyR.dataType(), hidden.shape());
        down.backward(dyR, hidden, start, dHidden, into, "down");
        INDArray dGates = scope.take(dyR.dataType(), hidden.shape());
        activateBackward(gates, ups, dHidden, dGates);
        up.backward(dHidden, xR, start, dxR, into, "up");
        gate.backward(dGates, xR, start, dxR, into, "gate");
      }
    };
  }

  private void activate(INDArray gates, INDArray ups, INDArray hidden) {
    RowMap.apply(List.of(gates, ups), List.of(hidden), (r, in, out) -> {
      double[] u = in[1];
      double[] h = out[0];
      activation.values(in[0], h);
      for (int i = 0; i < h.length; i++) {
        h[i] *= u[i];
      }
    });
  }

  /** Turns the gradient of the hidden layer into that of up, in place, and that of the gate. */
  private void activateBackward(
      INDArray gates, INDArray ups, INDArray dHiddenThenUps, INDArray dGates) {
    RowMap.apply(
        List.of(gates, ups, dHiddenThenUps), List.of(dHiddenThenUps, dGates), (r, in, out) -> {
          double[] u = in[1];
          double[] dh = in[2];
          double[] du = out[0];
          double[] dg = out[1];
          activation.valuesAndSlopes(in[0], du, dg);
          for (int i = 0; i < dh.length; i++) {
            du[i] *= dh[i];
            dg[i] *= dh[i] * u[i];
          }
        });
  }
}
