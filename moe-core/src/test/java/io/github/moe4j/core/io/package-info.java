@NullMarked
package io.github.moe4j.core.io;

import org.jspecify.annotations.NullMarked;
