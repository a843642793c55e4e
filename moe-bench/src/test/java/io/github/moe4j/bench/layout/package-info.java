/** The checkpoint layouts against reference cases: tests that need both. */
@NullMarked
package io.github.moe4j.bench.layout;

import org.jspecify.annotations.NullMarked;
