package io.github.moe4j.parallel;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Require;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Training of a model whose parameters are replicated on all ranks, except for those of experts in parallel: each rank
 * computes the gradients of its part of the batch, which may be empty, and {@link #reduce} adds those of replicated
 * parameters in rank order. Then all ranks take the same optimizer step. All methods are collective.
 *
 * <p>For the mean of a loss over the whole batch, each rank divides its gradients by the number of tokens of all ranks.
 */
public final class DataParallel {
  private final Group group;
  private final Set<String> sharded;

  private DataParallel(Group group, Set<String> sharded) {
    this.group = group;
    this.sharded = sharded;
  }

  /**
   * Data parallelism over a group.
   *
   * @param sharded paths of the parts whose parameters differ between ranks, such as {@code moe.experts}; none if all
   *     are replicated
   */
  public static DataParallel of(Group group, String... sharded) {
    return new DataParallel(group, new LinkedHashSet<>(List.of(sharded)));
  }

  private boolean isSharded(String name) {
    return sharded.stream().anyMatch(part -> name.equals(part) || name.startsWith(part + "."));
  }

  /**
   * Checks that all ranks begin with the same replicated parameters: names, shapes, types and bits.
   *
   * @throws IllegalArgumentException on all ranks, if those of a rank differ from those of rank 0
   */
  public void requireSame(NamedArrays parameters) {
    CRC32C names = new CRC32C();
    CRC32C bits = new CRC32C();
    parameters.forEach((name, array) -> {
      if (!isSharded(name)) {
        String text = name + array.shapeInfoToString();
        names.update(text.getBytes(StandardCharsets.UTF_8));
        bits.update(array.data().asBytes());
      }
    });
    long[][] all = group.allGather(names.getValue(), bits.getValue());
    for (int r = 1; r < all.length; r++) {
      Require.that(
          all[r][0] == all[0][0],
          "replicated parameters must have the same names, shapes and types on all ranks but those of rank %d differ",
          r);
      Require.that(
          all[r][1] == all[0][1],
          "replicated parameters must have the same values on all ranks but those of rank %d differ",
          r);
    }
  }

  /**
   * Adds the gradients of replicated parameters over all ranks, in rank order; all ranks have the same bits then.
   *
   * @param gradients of this rank, of the same parameters and frozen parts on all ranks. Modified.
   */
  public void reduce(Gradients gradients) {
    gradients.forEach((name, array) -> {
      if (!isSharded(name)) {
        group.allReduce(array);
      }
    });
  }

  /**
   * The Euclidean norm of the gradients of all ranks as one vector: replicated ones once, those of experts of each rank
   * in rank order; the same bits on all ranks.
   *
   * @param gradients after {@link #reduce}. Not modified.
   */
  public double globalNorm(Gradients gradients) {
    double replicated = 0;
    double own = 0;
    for (String name : gradients.names()) {
      double norm = norm(gradients.get(name));
      if (isSharded(name)) {
        own += norm * norm;
      } else {
        replicated += norm * norm;
      }
    }
    INDArray sum = Nd4j.createFromArray(own);
    group.allReduce(sum);
    return Math.sqrt(replicated + sum.getDouble(0));
  }

  private static double norm(INDArray gradient) {
    return Gradients.in(NamedArrays.builder().add("gradient", gradient).build()).globalNorm();
  }

  /**
   * Scales the gradients of all ranks by {@code min(1, maxNorm / globalNorm)}.
   *
   * @param gradients after {@link #reduce}. Modified.
   * @param maxNorm above 0
   * @return the norm before
   * @throws ArithmeticException on all ranks, if the norm is NaN or infinite; nothing is changed then
   */
  public double clipByGlobalNorm(Gradients gradients, double maxNorm) {
    Require.that(maxNorm > 0, "maxNorm must be above 0 but was %s", maxNorm);
    double norm = globalNorm(gradients);
    if (!Double.isFinite(norm)) {
      throw new ArithmeticException("gradient norm must be finite but was " + norm);
    }
    if (norm > maxNorm) {
      gradients.scale(maxNorm / norm);
    }
    return norm;
  }
}
