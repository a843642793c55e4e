/** Tests. */
@NullMarked
package io.github.moe4j.bench.mutants;

import org.jspecify.annotations.NullMarked;
