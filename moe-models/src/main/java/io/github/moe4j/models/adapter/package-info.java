/**
 * Low-rank adapters of published models in the files of Hugging Face's PEFT.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.models.adapter;

import org.jspecify.annotations.NullMarked;
