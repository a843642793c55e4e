@NullMarked
package io.github.moe4j.core.training;

import org.jspecify.annotations.NullMarked;
