/** Parameters, operations and memory of published architectures: command {@code params}. */
@NullMarked
package io.github.moe4j.bench.params;

import org.jspecify.annotations.NullMarked;
