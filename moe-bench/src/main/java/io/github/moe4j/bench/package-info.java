/** The command line of moe4j; what its commands do is in packages of their own. */
@NullMarked
package io.github.moe4j.bench;

import org.jspecify.annotations.NullMarked;
