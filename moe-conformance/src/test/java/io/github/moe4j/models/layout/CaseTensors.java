package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.testkit.MemoryTensors;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Writes the arrays of a case as tensors of a checkpoint, by plain loops. */
record CaseTensors(ReferenceCase reference, MemoryTensors into) {
  /** An input as it is. */
  CaseTensors whole(String input, String name) {
    into.put(name, reference.input(input).array(), TensorType.FLOAT64);
    return this;
  }

  /** An input as it is, if the case has it. */
  CaseTensors optional(String input, String name) {
    return reference.optionalInput(input).isEmpty() ? this : whole(input, name);
  }

  /** One tensor an expert, of an input [E,R,C] or [E,R]. */
  CaseTensors perExpert(String input, String pattern) {
    CaseTensor all = reference.input(input);
    return rows(all, pattern, 0, all.size(1));
  }

  /** The same of the first or second half of the axis R. */
  CaseTensors perExpertHalf(String input, int which, String pattern) {
    CaseTensor all = reference.input(input);
    int half = all.size(1) / 2;
    return rows(all, pattern, which * half, half);
  }

  private CaseTensors rows(CaseTensor all, String pattern, int first, int count) {
    int width = all.rank() == 2 ? 1 : all.size(2);
    double[] values = all.values();
    for (int e = 0; e < all.size(0); e++) {
      int from = (e * all.size(1) + first) * width;
      INDArray one = Nd4j.createFromArray(Arrays.copyOfRange(values, from, from + count * width));
      into.put(
          pattern.replace("{}", Integer.toString(e)),
          all.rank() == 2 ? one : one.reshape('c', count, width),
          TensorType.FLOAT64);
    }
    return this;
  }
}
