package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.RowMap;
import io.github.moe4j.core.internal.Rows;
import java.util.List;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Multiplicative noise on the tokens that a gate reads: input jitter (Fedus et al. 2021, "Switch
 * Transformers", arXiv 2101.03961, appendix, with ε = 0.01; {@code transformer/moe.py} of
 * mesh-tensorflow; Megatron-LM {@code moe_input_jitter_eps}; DeepSpeed {@code
 * noisy_gate_policy = "Jitter"}).
 *
 * <p>Training: the gate sees {@code x∘f}, {@code f = U[1−ε, 1+ε]}, one draw for each element of x
 * [T,D], token after token, padding included; f and the product are rounded to the type of x.
 * Evaluation, or ε = 0: x as it is, and nothing is drawn.
 *
 * <p>The experts see the clean x, as in all systems named above; Hugging Face's Mixtral and Switch
 * give them the noisy one. The raw scores of the decision [T,E] are those of the noisy tokens: others
 * do not exist. The gradient of x is that of the noisy x times f.
 *
 * <p>Parameters: the gate's.
 */
public final class InputJitter implements Gate {
  private final Gate gate;
  private final double epsilon;

  private InputJitter(Gate gate, double epsilon) {
    Require.that(epsilon >= 0 && epsilon < 1, "epsilon must be in [0, 1) but was %s", epsilon);
    this.gate = gate;
    this.epsilon = epsilon;
  }

  /**
   * Puts noise before a gate.
   *
   * @param epsilon largest relative change, 0 ≤ ε &lt; 1
   * @throws IllegalArgumentException if ε is not in [0, 1)
   */
  public static InputJitter of(Gate gate, double epsilon) {
    return new InputJitter(gate, epsilon);
  }

  @Override
  public int experts() {
    return gate.experts();
  }

  @Override
  public int modelWidth() {
    return gate.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return gate.parameters();
  }

  @Override
  public GatePass score(TokenBatch input, Arena.Scope scope) {
    if (!input.isTraining() || epsilon == 0) {
      return gate.score(input, scope);
    }
    INDArray x = input.x();
    INDArray factors = factors(x, input.requireGenerator("InputJitter"), scope);
    INDArray noisy = scope.take(x.dataType(), x.shape());
    RowMap.apply(List.of(x, factors), List.of(noisy), (r, in, out) -> {
      for (int d = 0; d < out[0].length; d++) {
        out[0][d] = in[0][d] * in[1][d];
      }
    });
    return new Run(gate.score(input.withX(noisy), scope), factors, scope);
  }

  /** Drawn by one thread, in order. */
  private INDArray factors(INDArray x, RandomGenerator random, Arena.Scope scope) {
    INDArray factors = scope.take(x.dataType(), x.shape());
    if (factors.isEmpty()) {
      return factors;
    }
    Rows rows = Rows.of(factors);
    double[] row = new double[rows.width()];
    for (int t = 0; t < rows.rows(); t++) {
      for (int d = 0; d < row.length; d++) {
        row[d] = 1 + epsilon * (2 * InverseSampling.uniform(random) - 1);
      }
      rows.write(t, row);
    }
    return factors;
  }

  /** The scores of noisy tokens. */
  private record Run(GatePass run, INDArray factors, Arena.Scope scope) implements GatePass {
    @Override
    public Logits logits() {
      return run.logits();
    }

    @Override
    public void backward(double[] dLogits, INDArray dx, Gradients into) {
      if (dx.isEmpty()) {
        run.backward(dLogits, dx, into);
        return;
      }
      INDArray dNoisy = scope.takeZeros(dx.dataType(), dx.shape());
      run.backward(dLogits, dNoisy, into);
      RowMap.apply(List.of(dx, dNoisy, factors), List.of(dx), (r, in, out) -> {
        for (int d = 0; d < out[0].length; d++) {
          out[0][d] = in[0][d] + in[1][d] * in[2][d];
        }
      });
    }
  }
}
