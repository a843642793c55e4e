@NullMarked
package io.github.moe4j.bench.peers;

import org.jspecify.annotations.NullMarked;
