@NullMarked
package io.github.moe4j.bench.routers;

import org.jspecify.annotations.NullMarked;
