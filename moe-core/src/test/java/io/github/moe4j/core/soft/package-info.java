@NullMarked
package io.github.moe4j.core.soft;

import org.jspecify.annotations.NullMarked;
