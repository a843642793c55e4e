@NullMarked
package io.github.moe4j.bench.scaling;

import org.jspecify.annotations.NullMarked;
