package io.github.moe4j.parallel;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.ArrayBytes;
import io.github.moe4j.core.internal.Require;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.zip.CRC32C;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Training of a model whose parameters are replicated on all ranks, except for those of experts in parallel: each rank
 * computes the gradients of its part of the batch, which may be empty, and {@link #reduce} adds those of replicated
 * parameters over all ranks, and those of an expert over the ranks that hold it, in rank order. Then all ranks take the
 * same optimizer step, and replicas stay equal. All methods are collective.
 *
 * <p>For the mean of a loss over the whole batch, each rank divides its gradients by the number of tokens of all ranks.
 * With several micro-batches a step, each rank adds its gradients up and calls {@link #reduce} once; all ranks run
 * equally many passes, with empty batches if need be.
 */
public final class DataParallel {
  /** Elements whose bytes fit a buffer. */
  private static final long PIECE = 1 << 24;

  private final Group group;
  private final Set<String> sharded;
  private final List<ExpertReplicas> experts;

  private DataParallel(Group group, Set<String> sharded, List<ExpertReplicas> experts) {
    this.group = group;
    this.sharded = sharded;
    this.experts = experts;
  }

  /**
   * Data parallelism over a group.
   *
   * @param sharded paths of the parts of which each rank has parameters of its own, on no other rank, and nothing else;
   *     none if all are replicated. For experts that several ranks may hold, or with something shared around them, such
   *     as a norm, {@link #withExperts}.
   * @throws IllegalArgumentException if one path lies in another
   */
  public static DataParallel of(Group group, String... sharded) {
    for (int i = 0; i < sharded.length; i++) {
      for (int j = 0; j < i; j++) {
        requireApart(sharded[j], sharded[i]);
      }
    }
    return new DataParallel(group, new LinkedHashSet<>(List.of(sharded)), List.of());
  }

  /**
   * The same with experts in parallel, whose gradients are added over the ranks that hold an expert. Collective: the
   * ranks tell each other what they hold. The group of the experts may be a part of this group, such as a row of a grid,
   * {@code group.split(group.rank() / 2)}, so that every row holds all experts.
   *
   * @param path of the experts among the parameters, such as {@code moe.experts}
   * @throws IllegalArgumentException if the path lies in another or another in it, numbers of experts differ between
   *     ranks, or the first axis of a parameter is not that of the experts of its rank
   */
  public DataParallel withExperts(String path, ExpertParallel parallel) {
    experts.forEach(other -> requireApart(other.path(), path));
    sharded.forEach(other -> requireApart(other, path));
    List<ExpertReplicas> all = new ArrayList<>(experts);
    all.add(ExpertReplicas.of(group, path, parallel));
    return new DataParallel(group, sharded, List.copyOf(all));
  }

  private static void requireApart(String path, String other) {
    Require.that(
        !isIn(path, other) && !isIn(other, path),
        "paths of parts must not lie in each other but were %s and %s",
        path,
        other);
  }

  private static boolean isIn(String name, String path) {
    return (name + ".").startsWith(path + ".");
  }

  private boolean isSharded(String name) {
    return sharded.stream().anyMatch(part -> isIn(name, part));
  }

  private boolean isReplicated(String name) {
    return !isSharded(name) && experts.stream().noneMatch(part -> part.contains(name));
  }

  /**
   * Checks that all ranks begin with the same replicated parameters: names, shapes, types and bits; and that the ranks
   * of an expert have the same ones of it.
   *
   * @throws IllegalArgumentException on all ranks, if those of a rank differ from those of the first
   */
  public void requireSame(NamedArrays parameters) {
    CRC32C names = new CRC32C();
    CRC32C bits = new CRC32C();
    parameters.forEach((name, array) -> {
      if (isReplicated(name)) {
        String text = name + Arrays.toString(array.shape()) + array.dataType();
        names.update(text.getBytes(StandardCharsets.UTF_8));
        update(bits, array);
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
    experts.forEach(part -> part.requireSame(parameters));
  }

  private static void update(CRC32C bits, INDArray array) {
    for (long from = 0; from < array.length(); from += PIECE) {
      bits.update(ArrayBytes.of(array, from, Math.min(PIECE, array.length() - from)));
    }
    Reference.reachabilityFence(array);
  }

  /**
   * Rows that experts got from the tokens of all ranks, for {@link io.github.moe4j.core.training.Optimizer}'s {@code
   * perExpert}: all replicas of an expert must agree whether it had rows.
   *
   * @param path of {@link #withExperts}
   * @param counts of each expert, of this rank's tokens [E]. Not modified.
   * @return those of the experts that this rank holds, in the order of their numbers
   * @throws IllegalArgumentException if there are no such experts, or another number of them
   */
  public int[] rowsPerExpert(String path, int[] counts) {
    return experts.stream()
        .filter(part -> part.path().equals(path))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException("path must be one of withExperts, %s, but was %s"
                .formatted(experts.stream().map(ExpertReplicas::path).toList(), path)))
        .rows(counts);
  }

  /**
   * Adds the gradients of replicated parameters over all ranks, and those of an expert over its ranks, in rank order; all
   * of them have the same bits then.
   *
   * @param gradients of this rank, of the same parameters and frozen parts on all ranks. Modified.
   */
  public void reduce(Gradients gradients) {
    gradients.forEach((name, array) -> {
      if (isReplicated(name)) {
        group.allReduce(array);
      }
    });
    experts.forEach(part -> part.reduce(gradients));
  }

  /**
   * The Euclidean norm of the gradients of all ranks as one vector, in float64: replicated ones once, then those of each
   * rank's own in rank order, then each expert once, in the order of their numbers. The same bits on all ranks.
   *
   * @param gradients after {@link #reduce}. Not modified.
   */
  public double globalNorm(Gradients gradients) {
    double replicated = 0;
    double own = 0;
    for (String name : gradients.names()) {
      if (isReplicated(name)) {
        replicated += square(gradients.get(name));
      } else if (isSharded(name)) {
        own += square(gradients.get(name));
      }
    }
    DoubleStream ofExperts =
        experts.stream().flatMapToDouble(part -> DoubleStream.of(part.squares(gradients)));
    // Each expert comes from one rank, so its sum is exact.
    INDArray sums = Nd4j.createFromArray(
        DoubleStream.concat(DoubleStream.of(own), ofExperts).toArray());
    group.allReduce(sums);
    double total = replicated;
    for (double sum : sums.toDoubleVector()) {
      total += sum;
    }
    return Math.sqrt(total);
  }

  /** The squared norm of an array, in float64. */
  static double square(INDArray gradient) {
    double norm =
        Gradients.in(NamedArrays.builder().add("gradient", gradient).build()).globalNorm();
    return norm * norm;
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
