package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts that mix a token with one learned vector: {@code y = a1·x + a2·v} with {@code [a1, a2] =
 * softmax(x·W_cᵀ)} (MoE++, arXiv 2410.07348, section 3.1, "constant experts").
 *
 * <p>Parameters: {@code gate.weight}, the W_c [E,2,D], and {@code constant}, the v [E,D].
 */
public final class ConstantExperts implements Experts {
  private final INDArray gate;
  private final INDArray constant;
  private final NamedArrays parameters;

  private ConstantExperts(INDArray gate, INDArray constant) {
    Require.shape("constant", constant, -1, -1);
    Require.shape("gate.weight", gate, constant.size(0), 2, constant.size(1));
    Require.type("gate.weight", gate, constant.dataType());
    this.gate = gate;
    this.constant = constant;
    this.parameters =
        NamedArrays.builder().add("gate.weight", gate).add("constant", constant).build();
  }

  /**
   * New experts: W_c uniform in ±1/√D, v standard normal, as in the published code of MoE++; the
   * same seed gives the same bits.
   */
  public static ConstantExperts create(int experts, int modelWidth, DataType type, long seed) {
    NamedArrays drawn = ParameterSpec.create(parameterSpecs(experts, modelWidth), type, seed);
    return of(drawn.get("gate.weight"), drawn.get("constant"));
  }

  /**
   * The parameters in order.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public static Map<String, ParameterSpec> parameterSpecs(int experts, int modelWidth) {
    Require.positive("experts", experts);
    Require.positive("modelWidth", modelWidth);
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    all.put(
        "gate.weight", ParameterSpec.weight(Initializer.kaimingUniform(), experts, 2, modelWidth));
    all.put("constant", ParameterSpec.other(Initializer.normal(1), experts, modelWidth));
    return all;
  }

  /**
   * Experts over existing arrays, which become the live parameters.
   *
   * @param gate W_c [E,2,D]
   * @param constant v [E,D]
   * @throws IllegalArgumentException if the shapes do not match
   */
  public static ConstantExperts of(INDArray gate, INDArray constant) {
    return new ConstantExperts(gate, constant);
  }

  @Override
  public int experts() {
    return Math.toIntExact(constant.size(0));
  }

  @Override
  public int modelWidth() {
    return Math.toIntExact(constant.size(1));
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    PassArrays.requireInputs("the experts", parameters, xR);
    int[] expertOf = expertOf(expertStart);
    double[][] gates = rows(gate);
    double[][] constants = rows(constant);
    INDArray y = scope.take(xR.dataType(), xR.shape());
    RowMap.apply(List.of(xR), List.of(y), (r, in, out) -> {
      double[] x = in[0];
      double[] v = constants[expertOf[r]];
      double a1 = keep(x, gates[expertOf[r]]);
      for (int d = 0; d < x.length; d++) {
        out[0][d] = a1 * x[d] + (1 - a1) * v[d];
      }
    });
    return new Run(parameters, xR, expertOf, gates, constants, y);
  }

  /** The expert of each row [R]. */
  private static int[] expertOf(int[] expertStart) {
    int[] expertOf = new int[expertStart[expertStart.length - 1]];
    for (int e = 0; e + 1 < expertStart.length; e++) {
      Arrays.fill(expertOf, expertStart[e], expertStart[e + 1], e);
    }
    return expertOf;
  }

  private static double[][] rows(INDArray array) {
    Rows rows = Rows.of(array);
    double[][] values = new double[Math.toIntExact(rows.rows())][rows.width()];
    for (int e = 0; e < values.length; e++) {
      rows.read(e, values[e]);
    }
    return values;
  }

  /**
   * a1, the first of the two softmax values; the second is 1 − a1.
   *
   * @param gate both rows of W_c one after another
   */
  private static double keep(double[] x, double[] gate) {
    double difference = 0;
    for (int d = 0; d < x.length; d++) {
      difference += x[d] * (gate[x.length + d] - gate[d]);
    }
    return Exp.sigmoid(-difference);
  }

  /** One run; its backward goes over the rows in order, for they share an expert's gradients. */
  private record Run(
      NamedArrays parameters,
      INDArray xR,
      int[] expertOf,
      double[][] gates,
      double[][] constants,
      INDArray y)
      implements ExpertsPass {
    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      PassArrays.requireBackward("the experts", parameters, xR, dyR, dxR, into);
      if (dyR.isEmpty()) {
        return;
      }
      Rows upstream = Rows.of(dyR);
      Rows inputs = Rows.of(xR);
      Rows target = Rows.of(dxR);
      int width = inputs.width();
      double[][] dGates = gradients(into, "gate.weight", gates);
      double[][] dConstants = gradients(into, "constant", constants);
      double[] dy = new double[width];
      double[] x = new double[width];
      double[] dx = new double[width];
      for (int r = 0; r < expertOf.length; r++) {
        upstream.read(r, dy);
        inputs.read(r, x);
        target.read(r, dx);
        int e = expertOf[r];
        addRow(dy, x, gates[e], constants[e], dx, dGates[e], dConstants[e]);
        target.write(r, dx);
      }
      into.ifPresent("gate.weight", dW -> write(dGates, dW));
      into.ifPresent("constant", dW -> write(dConstants, dW));
    }

    /** The gradients so far, or as many zeros as there are weights if these are frozen. */
    private static double[][] gradients(Gradients into, String name, double[][] weights) {
      return into.isFrozen(name)
          ? new double[weights.length][weights[0].length]
          : rows(into.get(name));
    }

    private static void addRow(
        double[] dy,
        double[] x,
        double[] gate,
        double[] v,
        double[] dx,
        double[] dGate,
        double[] dV) {
      int width = x.length;
      double a1 = keep(x, gate);
      double dKeep = 0;
      for (int d = 0; d < width; d++) {
        dKeep += dy[d] * (x[d] - v[d]);
      }
      // gradient of the first logit; that of the second is its negative
      double dLogit = dKeep * a1 * (1 - a1);
      for (int d = 0; d < width; d++) {
        dx[d] += a1 * dy[d] + dLogit * (gate[d] - gate[width + d]);
        dV[d] += (1 - a1) * dy[d];
        dGate[d] += dLogit * x[d];
        dGate[width + d] -= dLogit * x[d];
      }
    }

    private static void write(double[][] values, INDArray target) {
      Rows rows = Rows.of(target);
      for (int e = 0; e < values.length; e++) {
        rows.write(e, values[e]);
      }
    }
  }
}
