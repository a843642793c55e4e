/** The command line with the commands of this repository alone. */
@NullMarked
package io.github.moe4j.bench.repository;

import org.jspecify.annotations.NullMarked;
