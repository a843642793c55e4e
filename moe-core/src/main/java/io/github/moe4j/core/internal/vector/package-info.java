/**
 * Kernels in the JDK's incubating Vector API. Compiled apart from all others, and loaded by name only where
 * the JVM has the module {@code jdk.incubator.vector}: no other class may refer to this package. Not an API.
 */
@NullMarked
package io.github.moe4j.core.internal.vector;

import org.jspecify.annotations.NullMarked;
