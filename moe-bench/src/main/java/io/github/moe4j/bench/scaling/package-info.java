/** How a layer behaves with more experts, tokens, callers and calls, and with skewed load. */
@NullMarked
package io.github.moe4j.bench.scaling;

import org.jspecify.annotations.NullMarked;
