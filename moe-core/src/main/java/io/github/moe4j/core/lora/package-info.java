/**
 * Low-rank adapters over frozen weights (LoRA), and parts of a layer with frozen parameters.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.core.lora;

import org.jspecify.annotations.NullMarked;
