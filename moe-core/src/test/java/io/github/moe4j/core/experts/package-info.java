@NullMarked
package io.github.moe4j.core.experts;

import org.jspecify.annotations.NullMarked;
