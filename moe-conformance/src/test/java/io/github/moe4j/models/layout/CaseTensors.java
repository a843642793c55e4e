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

  /** An input of whole numbers as it is. */
  CaseTensors ids(String input, String name) {
    into.put(name, reference.input(input).array(), TensorType.INT64);
    return this;
  }

  /** The number of expert e, row o, column i. */
  interface Cell {
    double at(int e, int o, int i);
  }

  /** Made of single numbers: one tensor [out,in] an expert if the name has a place for it, else one [E,out,in]. */
  CaseTensors cells(String name, int experts, int out, int in, Cell cell) {
    double[][][] all = new double[experts][out][in];
    for (int e = 0; e < experts; e++) {
      for (int o = 0; o < out; o++) {
        for (int i = 0; i < in; i++) {
          all[e][o][i] = cell.at(e, o, i);
        }
      }
      if (name.contains("{}")) {
        into.put(
            name.replace("{}", Integer.toString(e)),
            Nd4j.createFromArray(all[e]),
            TensorType.FLOAT64);
      }
    }
    if (!name.contains("{}")) {
      into.put(name, Nd4j.createFromArray(all), TensorType.FLOAT64);
    }
    return this;
  }

  /** Biases likewise: [out] an expert, or [E,out]. */
  CaseTensors biases(String name, int experts, int out, Cell cell) {
    double[][] all = new double[experts][out];
    for (int e = 0; e < experts; e++) {
      for (int o = 0; o < out; o++) {
        all[e][o] = cell.at(e, o, 0);
      }
      if (name.contains("{}")) {
        into.put(
            name.replace("{}", Integer.toString(e)),
            Nd4j.createFromArray(all[e]),
            TensorType.FLOAT64);
      }
    }
    if (!name.contains("{}")) {
      into.put(name, Nd4j.createFromArray(all), TensorType.FLOAT64);
    }
    return this;
  }

  /** An input in other axes. */
  CaseTensors shaped(String input, String name, long... shape) {
    into.put(name, reference.input(input).array(shape), TensorType.FLOAT64);
    return this;
  }

  /** An input [E,R,C] as [E,C,R]. */
  CaseTensors transposed(String input, String name) {
    CaseTensor all = reference.input(input);
    double[][][] turned = new double[all.size(0)][all.size(2)][all.size(1)];
    for (int e = 0; e < all.size(0); e++) {
      for (int r = 0; r < all.size(1); r++) {
        for (int c = 0; c < all.size(2); c++) {
          turned[e][c][r] = all.get((e * all.size(1) + r) * all.size(2) + c);
        }
      }
    }
    into.put(name, Nd4j.createFromArray(turned), TensorType.FLOAT64);
    return this;
  }

  /** The first or second half of the rows of an input [R,C]. */
  CaseTensors half(String input, int which, String name) {
    CaseTensor all = reference.input(input);
    int half = all.length() / 2;
    double[] part = Arrays.copyOfRange(all.values(), which * half, (which + 1) * half);
    into.put(
        name,
        Nd4j.createFromArray(part).reshape('c', all.size(0) / 2, all.size(1)),
        TensorType.FLOAT64);
    return this;
  }

  /** The first or second half of the rows of every expert of an input [E,R,C]. */
  CaseTensors stackedHalf(String input, int which, String name) {
    CaseTensor all = reference.input(input);
    int half = all.size(1) / 2;
    double[][][] part = new double[all.size(0)][half][all.size(2)];
    for (int e = 0; e < part.length; e++) {
      for (int r = 0; r < half; r++) {
        for (int c = 0; c < all.size(2); c++) {
          part[e][r][c] = all.get((e * all.size(1) + which * half + r) * all.size(2) + c);
        }
      }
    }
    into.put(name, Nd4j.createFromArray(part), TensorType.FLOAT64);
    return this;
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

  /** The same of the first experts alone. */
  CaseTensors perExpertHalf(String input, int which, String pattern, int experts) {
    CaseTensor all = reference.input(input);
    int half = all.size(1) / 2;
    return rows(all, pattern, which * half, half, experts);
  }

  private CaseTensors rows(CaseTensor all, String pattern, int first, int count) {
    return rows(all, pattern, first, count, all.size(0));
  }

  private CaseTensors rows(CaseTensor all, String pattern, int first, int count, int experts) {
    int width = all.rank() == 2 ? 1 : all.size(2);
    double[] values = all.values();
    for (int e = 0; e < experts; e++) {
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
