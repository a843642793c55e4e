/**
 * Conformance: numbers that well-known Mixture-of-Experts code produced, against this library.
 *
 * <p>A {@link io.github.moe4j.conformance.ReferenceCase} holds inputs, outputs and gradients
 * that one public implementation gave. A {@link io.github.moe4j.conformance.ReferenceFamily}
 * builds the library's own objects from the config and inputs of a case, runs them forward and
 * backward in float64, and hands every result to a {@link
 * io.github.moe4j.conformance.Comparison}, which fails whatever differs and whatever nobody
 * compared. {@link io.github.moe4j.conformance.ConformanceRunner} does so for many cases.
 *
 * <p>The families, one class each, are in {@link io.github.moe4j.conformance.family}; the
 * format of a case is described in the README of the built-in cases.
 */
@NullMarked
package io.github.moe4j.conformance;

import org.jspecify.annotations.NullMarked;
