/**
 * The families of reference cases, one small class each, and {@link
 * io.github.moe4j.conformance.family.Families} that lists them.
 *
 * <p>A new family is one class and one line in the list. What several share: {@link
 * io.github.moe4j.conformance.family.ObjectivePass} for a whole layer, {@link
 * io.github.moe4j.conformance.family.HfBlock} for the blocks of Hugging Face, {@link
 * io.github.moe4j.conformance.family.GivenLogits} for code with given router scores,
 * {@link io.github.moe4j.conformance.family.GateUp} for stacked projections, {@link
 * io.github.moe4j.conformance.family.RecordedChoice} for choices among equal scores.
 *
 * <p>Axes as in {@link io.github.moe4j.core}; B sequences of S tokens, T = B·S.
 */
@NullMarked
package io.github.moe4j.conformance.family;

import org.jspecify.annotations.NullMarked;
