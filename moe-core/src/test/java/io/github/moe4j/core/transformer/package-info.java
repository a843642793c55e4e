@NullMarked
package io.github.moe4j.core.transformer;

import org.jspecify.annotations.NullMarked;
