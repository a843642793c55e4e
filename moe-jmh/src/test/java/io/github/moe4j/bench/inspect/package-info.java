@NullMarked
package io.github.moe4j.bench.inspect;

import org.jspecify.annotations.NullMarked;
