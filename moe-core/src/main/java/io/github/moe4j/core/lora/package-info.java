/** Low-rank adapters over frozen weights (LoRA), and parts of a layer with frozen parameters. */
@NullMarked
package io.github.moe4j.core.lora;

import org.jspecify.annotations.NullMarked;
