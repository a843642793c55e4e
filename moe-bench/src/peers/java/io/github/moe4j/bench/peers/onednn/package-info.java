/** oneDNN's matrix products with packed weights; everything between them in Java. */
@NullMarked
package io.github.moe4j.bench.peers.onednn;

import org.jspecify.annotations.NullMarked;
