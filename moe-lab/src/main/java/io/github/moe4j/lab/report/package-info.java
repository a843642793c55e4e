/**
 * What a run found, {@link io.github.moe4j.lab.report.LabResult}, as a table and as one
 * self-contained HTML page with charts.
 *
 * @since 0.1.0
 */
@NullMarked
package io.github.moe4j.lab.report;

import org.jspecify.annotations.NullMarked;
