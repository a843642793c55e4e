/**
 * Text to train on: {@link io.github.moe4j.lab.text.Corpus}, by default the display names in
 * about a hundred languages that a Java runtime carries, splits into {@link
 * io.github.moe4j.lab.text.TextData} for training and validation.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.lab.text;

import org.jspecify.annotations.NullMarked;
