@NullMarked
package io.github.moe4j.bench.page;

import org.jspecify.annotations.NullMarked;
