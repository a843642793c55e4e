package io.github.moe4j.core.experts;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts that start as copies of one trained dense network (Komatsuzaki et al. 2022, "Sparse
 * upcycling", arXiv 2212.05055, section 3).
 *
 * <p>If the weights of a token sum to 1 and nothing is dropped, the new layer computes the same as
 * the dense one. The router is newly initialized. Optional noise makes the copies differ from the start:
 * {@code w + noise·std(w)·N(0, 1)} with the standard deviation of the dense weight array itself;
 * biases get none.
 */
public final class Upcycling {
  private Upcycling() {}

  /**
   * Copies of a dense layer's network, all with the same bits.
   *
   * @param dense without gate, its network {@link FfnExperts} or {@link GluExperts}. Not modified.
   * @param experts number of copies E
   * @throws IllegalArgumentException if the layer has a gate, or its network is of another class
   */
  public static Experts experts(DenseFeedForward dense, int experts) {
    return experts(networkOf(dense), experts);
  }

  /**
   * Copies of a dense layer's network with noise.
   *
   * @param dense without gate, its network {@link FfnExperts} or {@link GluExperts}. Not modified.
   * @param experts number of copies E
   * @param noise in standard deviations of each weight array, at least 0
   * @param seed of the noise
   * @throws IllegalArgumentException if the layer has a gate, its network is of another class, or the noise is negative
   */
  public static Experts experts(DenseFeedForward dense, int experts, double noise, long seed) {
    return experts(networkOf(dense), experts, noise, seed);
  }

  private static Experts networkOf(DenseFeedForward dense) {
    Require.that(
        !dense.parameters().names().contains("gate.weight"),
        "a dense layer must have no gate to be upcycled but had one");
    return dense.network();
  }

  /**
   * Copies of one network, all with the same bits.
   *
   * @param network {@link FfnExperts} or {@link GluExperts} of one expert. Not modified.
   * @param experts number of copies E
   * @throws IllegalArgumentException if the network is of another class or has several experts
   */
  public static Experts experts(Experts network, int experts) {
    return experts(network, experts, 0, 0);
  }

  /**
   * Copies of one network with noise: one normal number for each weight, array after array in the
   * order of the parameters, copy after copy within an array; none if the noise is 0.
   *
   * @param network {@link FfnExperts} or {@link GluExperts} of one expert. Not modified.
   * @param experts number of copies E
   * @param noise in standard deviations of each weight array, at least 0
   * @param seed of the noise
   * @throws IllegalArgumentException if the network is of another class or has several experts, there are no copies,
   *     or the noise is negative
   */
  public static Experts experts(Experts network, int experts, double noise, long seed) {
    Require.that(
        network.experts() == 1,
        "a network to be upcycled must have 1 expert but had %d",
        network.experts());
    Require.positive("experts", experts);
    Require.that(
        noise >= 0 && Double.isFinite(noise), "noise must be at least 0 but was %s", noise);
    SplittableRandom random = new SplittableRandom(seed);
    GroupedLinear.ArrayChange repeat =
        (name, array) -> repeat(array, experts, name.endsWith(".weight") ? noise : 0, random);
    if (network instanceof FfnExperts ffn) {
      return ffn.withArrays(repeat);
    }
    Require.that(
        network instanceof GluExperts,
        "a network to be upcycled must be FfnExperts or GluExperts but was %s",
        network.getClass().getSimpleName());
    return ((GluExperts) network).withArrays(repeat);
  }

  /** E copies of an array [1, …] with noise: [E, …]. */
  private static INDArray repeat(
      INDArray array, int experts, double noise, SplittableRandom random) {
    long[] shape = array.shape().clone(); // shape() is the array's own
    shape[0] = experts;
    INDArray copies = Allocate.zeros(array.dataType(), shape);
    Rows target = Rows.of(copies);
    double[] original = new double[target.width()];
    Rows.of(array).read(0, original);
    double deviation = noise == 0 ? 0 : noise * standardDeviation(original);
    double[] copy = original.clone();
    for (int e = 0; e < experts; e++) {
      for (int i = 0; i < copy.length && noise > 0; i++) {
        copy[i] = original[i] + deviation * InverseSampling.normal(random);
      }
      target.write(e, copy);
    }
    return copies;
  }

  private static double standardDeviation(double[] values) {
    double mean = Arrays.stream(values).sum() / values.length;
    double squares = 0;
    for (double v : values) {
      squares += (v - mean) * (v - mean);
    }
    return Math.sqrt(squares / values.length);
  }
}
