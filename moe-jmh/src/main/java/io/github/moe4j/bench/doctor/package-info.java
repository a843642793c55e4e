/** Properties of a JVM and its machine, and what to change for full speed. */
@NullMarked
package io.github.moe4j.bench.doctor;

import org.jspecify.annotations.NullMarked;
