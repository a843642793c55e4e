package io.github.moe4j.core.internal;

import io.github.moe4j.core.internal.kernel.Kernel;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.internal.kernel.Room;
import io.github.moe4j.core.internal.kernel.Window;
import java.util.function.Function;

/**
 * The kernel of one element type, and how it reaches the arrays of ND4J.
 *
 * @param kernel the innermost loops
 * @param rooms scratch memory
 * @param open shows the elements of a matrix of less than 2 GB
 * @param <A> {@code float[]} or {@code double[]}
 */
public record ElementKernel<A>(
    Kernel<A> kernel, Room.Pool<A> rooms, Function<Matrix, Window<A>> open) {
  /** That of float32. */
  public static ElementKernel<float[]> floats(Kernels kernels) {
    return new ElementKernel<>(kernels.floats(), kernels.floatRooms(), Matrix::floats);
  }

  /** That of float64. */
  public static ElementKernel<double[]> doubles(Kernels kernels) {
    return new ElementKernel<>(kernels.doubles(), kernels.doubleRooms(), Matrix::doubles);
  }
}
