@NullMarked
package io.github.moe4j.core.watch;

import org.jspecify.annotations.NullMarked;
