/**
 * The lab: trains one small language model with each router and balance strategy on real text and
 * shows what every choice does to loss, speed, load and specialization.
 *
 * <p>{@link io.github.moe4j.lab.variant.Variants} lists what is compared, {@code Trainer} trains one
 * {@link io.github.moe4j.lab.ByteLanguageModel}; the text is in {@code lab.text}, the table and
 * the page in {@code lab.report}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.lab;

import org.jspecify.annotations.NullMarked;
