/** Expert networks, and what is made of them: composites, two levels, upcycled copies. */
@NullMarked
package io.github.moe4j.core.experts;

import org.jspecify.annotations.NullMarked;
