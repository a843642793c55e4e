@NullMarked
package io.github.moe4j.core.internal.vector;

import org.jspecify.annotations.NullMarked;
