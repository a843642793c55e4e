@NullMarked
package io.github.moe4j.bench.checkpoint;

import org.jspecify.annotations.NullMarked;
