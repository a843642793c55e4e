/**
 * The Mixture-of-Experts layer and its basic types.
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
 *
 * <p>Threads and lifetime, here and in all packages of the library unless a type says otherwise:
 *
 * <ul>
 *   <li>Records, enums, scores, decisions and plans are immutable: any thread may use them at any time, after their
 *       pass was closed too. The exception is {@link io.github.moe4j.core.TokenBatch#inference}, whose pass keeps
 *       only outputs and load.
 *   <li>Layers, routers, gates, rules, experts and capacity rules keep no state of a pass: several threads may run
 *       passes of one at the same time, as long as no thread changes parameters, an {@link
 *       io.github.moe4j.core.ExpertBias} or the generator given to a pass.
 *   <li>A pass is for one thread at a time. Its backward runs once, before {@code close}; {@code y}, {@code dx} and
 *       gradients belong to the caller and stay valid after it.
 *   <li>Objects with state across steps, such as an optimizer, a balancer, a controller or a metric, are for one
 *       thread at a time.
 *   <li>An interface that users implement is called under the same rules: of a router, rule, expert kind, loss or
 *       capacity rule several threads at once, of a pass or a controller one.
 * </ul>
 *
 * <p>Errors: where documentation says that something must hold, or that something is an error, a violation throws
 * {@link IllegalArgumentException} for an argument, {@link IllegalStateException} for a call that is too late,
 * repeated or after close, {@link UnsupportedOperationException} for what a part never does, such as a backward of
 * quantized experts, and {@link ArithmeticException} for training values that are not finite. It is thrown
 * before anything changes; the message has the rule, the name and the actual value, and in a pass the layer.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core;

import org.jspecify.annotations.NullMarked;
