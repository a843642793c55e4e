package io.github.moe4j.core.experts;

import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.internal.Require;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Sizes and kind of a stack of expert networks.
 *
 * @param experts number of experts E
 * @param modelWidth D
 * @param hiddenWidth H
 * @param activation of the hidden layer, or of the gate
 * @param biases whether the projections have biases, which start at zero
 * @param initializer of the weights
 * @param dataType FLOAT or DOUBLE
 * @param dropout rate of hidden values dropped in training, in [0, 1)
 */
public record ExpertOptions(
    int experts,
    int modelWidth,
    int hiddenWidth,
    Activation activation,
    boolean biases,
    Initializer initializer,
    DataType dataType,
    double dropout) {

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public ExpertOptions {
    Require.positive("experts", experts);
    Require.positive("modelWidth", modelWidth);
    Require.positive("hiddenWidth", hiddenWidth);
    Require.floating("dataType", dataType);
    HiddenDropout.requireRate(dropout);
  }

  /** SiLU without biases, in float32, uniform in ±1/√fanIn. */
  public static ExpertOptions of(int experts, int modelWidth, int hiddenWidth) {
    return new ExpertOptions(
        experts,
        modelWidth,
        hiddenWidth,
        Activation.SILU,
        false,
        Initializer.kaimingUniform(),
        DataType.FLOAT,
        0);
  }

  /** The same with another activation. */
  public ExpertOptions withActivation(Activation other) {
    return new ExpertOptions(
        experts, modelWidth, hiddenWidth, other, biases, initializer, dataType, dropout);
  }

  /** The same with or without biases. */
  public ExpertOptions withBiases(boolean other) {
    return new ExpertOptions(
        experts, modelWidth, hiddenWidth, activation, other, initializer, dataType, dropout);
  }

  /** The same with another initialization. */
  public ExpertOptions withInitializer(Initializer other) {
    return new ExpertOptions(
        experts, modelWidth, hiddenWidth, activation, biases, other, dataType, dropout);
  }

  /** The same in another type. */
  public ExpertOptions withDataType(DataType other) {
    return new ExpertOptions(
        experts, modelWidth, hiddenWidth, activation, biases, initializer, other, dropout);
  }

  /** The same with dropout of hidden values in training. */
  public ExpertOptions withDropout(double rate) {
    return new ExpertOptions(
        experts, modelWidth, hiddenWidth, activation, biases, initializer, dataType, rate);
  }

  /** The same with another number of experts. */
  public ExpertOptions withExperts(int other) {
    return new ExpertOptions(
        other, modelWidth, hiddenWidth, activation, biases, initializer, dataType, dropout);
  }
}
