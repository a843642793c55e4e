/** {@code mutants}: a report of PIT against the goals of its module and the survivors that are named as equivalent. */
@NullMarked
package io.github.moe4j.bench.mutants;

import org.jspecify.annotations.NullMarked;
