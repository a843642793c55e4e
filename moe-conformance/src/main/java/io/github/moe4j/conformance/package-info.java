/**
 * Conformance: compares this library with values recorded from reference implementations.
 *
 * <p>A {@link io.github.moe4j.conformance.ReferenceCase} holds inputs, outputs and gradients
 * recorded from one public implementation. A {@link io.github.moe4j.conformance.ReferenceFamily}
 * builds the library's own objects from the config and inputs of a case, runs them forward and
 * backward in float64, and hands every result to a {@link io.github.moe4j.conformance.Comparison},
 * which fails on differences and on values that were not compared. {@link
 * io.github.moe4j.conformance.ConformanceRunner} runs many cases.
 *
 * <p>The families, one class each, are in {@link io.github.moe4j.conformance.family}; the
 * format of a case is described in the README of the built-in cases.
 */
@NullMarked
package io.github.moe4j.conformance;

import org.jspecify.annotations.NullMarked;
