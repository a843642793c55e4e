@NullMarked
package io.github.moe4j.bench.machine;

import org.jspecify.annotations.NullMarked;
