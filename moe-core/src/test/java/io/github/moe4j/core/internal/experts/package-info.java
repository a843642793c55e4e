@NullMarked
package io.github.moe4j.core.internal.experts;

import org.jspecify.annotations.NullMarked;
