/**
 * A page with charts from the results of JMH and of the command {@code peers}: read into small
 * records ({@link io.github.moe4j.bench.report.ResultFile}), brought to common units, compared
 * between files, and written as one HTML file.
 */
@NullMarked
package io.github.moe4j.bench.report;

import org.jspecify.annotations.NullMarked;
