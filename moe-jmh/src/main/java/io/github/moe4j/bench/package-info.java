/** The command line, and the packages of its commands that measure. */
@NullMarked
package io.github.moe4j.bench;

import org.jspecify.annotations.NullMarked;
