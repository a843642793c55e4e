/** PyTorch through DJL. */
@NullMarked
package io.github.moe4j.bench.peers.djl;

import org.jspecify.annotations.NullMarked;
