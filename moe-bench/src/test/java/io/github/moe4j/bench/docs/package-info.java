/** Checks that the documentation is true: its snippets run, its links lead somewhere. */
@NullMarked
package io.github.moe4j.bench.docs;

import org.jspecify.annotations.NullMarked;
