package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.Gate;
import io.github.moe4j.routing.GatePass;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A gate whose scores of some tokens are replaced by a constant, as code does that masks padding by
 * a large negative number and routes it nevertheless.
 *
 * @param gate scores the others
 * @param mask valid for tokens that keep their scores
 * @param constant every score of the others
 */
record MaskedGate(Gate gate, TokenMask mask, double constant) implements Gate {
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
    GatePass scored = gate.score(input, scope);
    Logits masked =
        Logits.of(replaced(scored.logits().toArray(), constant), experts(), input.mask());
    return new GatePass() {
      @Override
      public Logits logits() {
        return masked;
      }

      @Override
      public void backward(double[] dLogits, INDArray dx, Gradients into) {
        scored.backward(replaced(dLogits.clone(), 0), dx, into);
      }
    };
  }

  /** The values [T·E] with those of masked tokens replaced, in place. */
  private double[] replaced(double[] values, double by) {
    for (int i = 0; i < values.length; i++) {
      if (!mask.valid(i / experts())) {
        values[i] = by;
      }
    }
    return values;
  }
}
