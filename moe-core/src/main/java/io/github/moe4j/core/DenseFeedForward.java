package io.github.moe4j.core;

import io.github.moe4j.core.TokenRows.Factor;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One expert network applied to every token: the dense layer that a Mixture of Experts replaces, and
 * the shared expert in addition to routed ones (DeepSeekMoE, arXiv 2401.06066, section 3.2; n shared
 * experts of width H are one of width n·H).
 *
 * <p>With a gate its output is multiplied by {@code sigmoid(x·gateᵀ)}, one number per token
 * (Qwen2-MoE: {@code transformers/models/qwen2_moe}, {@code shared_expert_gate}).
 *
 * <p>Parameters: those of the network as {@code network.…} and, with a gate, {@code gate.weight}
 * [1,D].
 */
public final class DenseFeedForward implements FeedForward {
  private static final String NAME = "a dense layer";

  private final Experts network;
  private final @Nullable INDArray gate;
  private final Arena arena;
  private final NamedArrays parameters;

  private DenseFeedForward(Experts network, @Nullable INDArray gate, Arena arena) {
    Require.that(
        network.experts() == 1,
        "a dense layer must have 1 expert network but had %d",
        network.experts());
    this.network = network;
    this.gate = gate;
    this.arena = arena;
    NamedArrays.Builder builder = NamedArrays.builder().addAll("network", network.parameters());
    if (gate != null) {
      Require.shape("gate", gate, 1, network.modelWidth());
      builder.add("gate.weight", gate);
    }
    this.parameters = builder.build();
  }

  /**
   * A layer without gate over a stack of one network.
   *
   * @throws IllegalArgumentException if there are several networks
   */
  public static DenseFeedForward of(Experts network) {
    return new DenseFeedForward(network, null, new Arena());
  }

  /**
   * A layer with a sigmoid output gate.
   *
   * @param gate [1,D], contiguous; becomes a live parameter
   * @throws IllegalArgumentException if there are several networks, or the gate is not [1,D] of their type
   */
  public static DenseFeedForward gated(Experts network, INDArray gate) {
    return new DenseFeedForward(network, gate, new Arena());
  }

  /** The same layer with shared parameters, and memory from the given arena. */
  public DenseFeedForward withArena(Arena shared) {
    return new DenseFeedForward(network, gate, shared);
  }

  /**
   * The same layer, with its gate if it has one, around another network.
   *
   * @param other one network of the same width and type
   * @throws IllegalArgumentException if there are several networks, or the gate does not fit
   */
  public DenseFeedForward withNetwork(Experts other) {
    return new DenseFeedForward(other, gate, arena);
  }

  /** The sigmoid output gate [1,D], live; empty if there is none. */
  public Optional<INDArray> gate() {
    return Optional.ofNullable(gate);
  }

  /** The one network, without the gate. */
  public Experts network() {
    return network;
  }

  @Override
  public int modelWidth() {
    return network.modelWidth();
  }

  @Override
  public DataType dataType() {
    return network.dataType();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** Width, type and size, such as {@code dense layer: width 64, FLOAT, 24576 parameters}. */
  @Override
  public String toString() {
    return "dense layer: width %d, %s, %d parameters"
        .formatted(modelWidth(), dataType(), parameters.count());
  }

  @Override
  public FeedForwardPass forward(TokenBatch input, INDArray y) {
    parameters.requireType(input.dataType());
    return PassGuard.forward(NAME, this, input, y, arena, scope -> new Run(input, y, scope));
  }

  /** All tokens, or the real ones if some are padding, through the one network. */
  private final class Run implements FeedForwardPass, MoePasses {
    private final INDArray x;
    private final DispatchPlan plan;
    private final ExpertsPass run;
    private final INDArray y;
    private final Arena.Scope scope;
    private final PassGuard guard;

    Run(TokenBatch input, INDArray y, Arena.Scope scope) {
      this.scope = scope;
      this.y = y;
      int[] real = input.mask().validIndices(0, input.tokens());
      double[] unread = new double[real.length]; // the rows are neither scaled nor weighted
      this.plan =
          DispatchPlan.of(Assignments.of(input.tokens(), 1, real, new int[real.length], unread));
      this.x = scope.take(input.dataType(), real.length, modelWidth());
      TokenRows.copy(plan, input.x(), Factor.ONE, x);
      this.run = network.run(x, plan.expertStart(), input.mode(), scope);
      INDArray rows = run.y();
      if (gate != null) {
        rows = scope.take(input.dataType(), real.length, modelWidth());
        scale(run.y(), gates(gate), rows);
      }
      TokenRows.sum(plan, rows, Factor.ONE, y);
      this.guard = new PassGuard(NAME, DenseFeedForward.this, input, scope);
    }

    private double[] gates(INDArray gateWeight) {
      INDArray logits = scope.take(x.dataType(), x.size(0), 1);
      Gemm.multiply(x, false, gateWeight, true, 0, logits);
      double[] result = new double[plan.rows()];
      double[] value = new double[1];
      if (plan.rows() > 0) {
        Rows rows = Rows.of(logits);
        for (int r = 0; r < result.length; r++) {
          rows.read(r, value);
          result[r] = Exp.sigmoid(value[0]);
        }
      }
      return result;
    }

    private void scale(INDArray rows, double[] factors, INDArray result) {
      RowMap.apply(List.of(rows), List.of(result), (r, in, out) -> {
        for (int d = 0; d < in[0].length; d++) {
          out[0][d] = factors[r] * in[0][d];
        }
      });
    }

    @Override
    public INDArray y() {
      return y;
    }

    @Override
    public List<MoePass> moe() {
      return MoePasses.in(run);
    }

    @Override
    public void backward(INDArray dy, INDArray dx, Gradients into) {
      guard.backward(dy, dx, into, upstream -> pullBack(upstream, dx, into));
    }

    private void pullBack(INDArray dy, INDArray dx, Gradients into) {
      INDArray dRows = scope.take(dy.dataType(), x.shape());
      INDArray dxRows = scope.takeZeros(dy.dataType(), x.shape());
      double[] dGates = TokenRows.copyWithDots(plan, dy, Factor.ONE, run.y(), dRows);
      if (gate != null) {
        double[] gates = gates(gate);
        scale(dRows, gates, dRows);
        INDArray dLogits = scope.take(dy.dataType(), x.size(0), 1);
        RowMap.apply(
            List.of(),
            List.of(dLogits),
            (r, in, out) -> out[0][0] = dGates[r] * gates[r] * (1 - gates[r]));
        into.ifPresent("gate.weight", dW -> Gemm.multiply(dLogits, true, x, false, 1, dW));
        Gemm.multiply(dLogits, false, gate, false, 1, dxRows);
      }
      run.backward(dRows, dxRows, into.part("network"));
      TokenRows.add(plan, dxRows, Factor.ONE, dx);
    }

    @Override
    public void close() {
      guard.close();
    }
  }
}
