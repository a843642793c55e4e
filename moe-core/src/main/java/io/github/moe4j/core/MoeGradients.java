package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradients of one backward pass.
 *
 * @param dx gradient of the input [T,D]
 * @param parameters gradients named like the layer's parameters
 */
public record MoeGradients(INDArray dx, Gradients parameters) {}
