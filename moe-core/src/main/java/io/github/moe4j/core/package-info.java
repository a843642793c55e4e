/**
 * The types every Mixture-of-Experts layer is made of, and the layer itself.
 *
 * <p>Axis legend, used in all documentation of this library:
 *
 * <ul>
 *   <li>{@code T}: tokens of a batch, sequences one after another
 *   <li>{@code D}: model width
 *   <li>{@code H}: hidden width of an expert
 *   <li>{@code E}: experts
 *   <li>{@code K}: choices per token
 *   <li>{@code N}: assignments (token, expert, weight) that the router made
 *   <li>{@code R}: assignments that the capacity rule kept, {@code R ≤ N}; one row each
 * </ul>
 *
 * <p>Data flow:
 *
 * <pre>
 * forward   x[T,D] → Router → N assignments → CapacityRule → DispatchPlan (R rows by expert)
 *                  → dispatch xR[R,D] → Experts → yR[R,D] → combine (+ shared expert) → y[T,D]
 * backward  dy[T,D] → dyR, dWeights → Experts → dxR → dx
 *                     dWeights + gradients of balance losses → Router → dx, parameters
 * </pre>
 *
 * <p>A forward pass returns a value that carries its own backward. Layers hold only their parameters,
 * so several threads may run one layer concurrently. <b>Every backward adds</b>: into the
 * {@code dx} and into the {@link io.github.moe4j.core.Gradients} it is given.
 */
@NullMarked
package io.github.moe4j.core;

import org.jspecify.annotations.NullMarked;
