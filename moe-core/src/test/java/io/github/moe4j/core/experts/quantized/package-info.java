@NullMarked
package io.github.moe4j.core.experts.quantized;

import org.jspecify.annotations.NullMarked;
