package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.Matrix;
import io.github.moe4j.core.internal.Rows;

/**
 * Some rows of an array, ready for products and for elementwise work; no copy.
 *
 * @param matrix these rows alone
 * @param rows all rows of the array
 * @param from first of these among them
 * @param to the one after the last
 */
public record RowWindow(Matrix matrix, Rows rows, int from, int to) {}
