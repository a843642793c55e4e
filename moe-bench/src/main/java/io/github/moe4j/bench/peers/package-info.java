/**
 * The same layer, weights and inputs in this library and in others. Those implement {@link
 * io.github.moe4j.bench.peers.PeerSystem}; they are built only with the Maven profile {@code peers}.
 */
@NullMarked
package io.github.moe4j.bench.peers;

import org.jspecify.annotations.NullMarked;
