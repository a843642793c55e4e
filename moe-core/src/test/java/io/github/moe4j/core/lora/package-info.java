@NullMarked
package io.github.moe4j.core.lora;

import org.jspecify.annotations.NullMarked;
