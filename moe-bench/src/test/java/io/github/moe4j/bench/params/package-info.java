@NullMarked
package io.github.moe4j.bench.params;

import org.jspecify.annotations.NullMarked;
