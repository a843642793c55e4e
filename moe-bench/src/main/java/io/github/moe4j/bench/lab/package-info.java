/**
 * The lab: trains one small Mixture-of-Experts language model with each router and balance strategy
 * on real text, and shows what every choice does to loss, speed, load and specialisation.
 *
 * <p>Two parts stand on their own. {@link io.github.moe4j.bench.lab.Corpus} is the text, by default
 * the display names in about a hundred languages that a Java runtime carries; it splits into {@link
 * io.github.moe4j.bench.lab.TextData} for training and validation. {@link
 * io.github.moe4j.bench.lab.LabResult} is what a run found; {@link
 * io.github.moe4j.bench.lab.LabTable} prints it and {@link io.github.moe4j.bench.lab.LabReport}
 * writes it as one self-contained HTML page and as JSON.
 */
@NullMarked
package io.github.moe4j.bench.lab;

import org.jspecify.annotations.NullMarked;
