@NullMarked
package io.github.moe4j.bench.jmh;

import org.jspecify.annotations.NullMarked;
