/** What a JVM and its machine offer to the library, and what to change for full speed. */
@NullMarked
package io.github.moe4j.bench.doctor;

import org.jspecify.annotations.NullMarked;
