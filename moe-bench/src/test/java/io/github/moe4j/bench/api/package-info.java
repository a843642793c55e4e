@NullMarked
package io.github.moe4j.bench.api;

import org.jspecify.annotations.NullMarked;
