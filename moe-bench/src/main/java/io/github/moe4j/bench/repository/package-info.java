/** The command line with the additional commands of this repository. */
@NullMarked
package io.github.moe4j.bench.repository;

import org.jspecify.annotations.NullMarked;
