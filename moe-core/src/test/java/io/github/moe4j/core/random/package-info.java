@NullMarked
package io.github.moe4j.core.random;

import org.jspecify.annotations.NullMarked;
