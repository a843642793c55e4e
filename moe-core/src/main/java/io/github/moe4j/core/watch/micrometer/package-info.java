/** Meters for Micrometer, which whoever uses this package must bring along. */
@NullMarked
package io.github.moe4j.core.watch.micrometer;

import org.jspecify.annotations.NullMarked;
