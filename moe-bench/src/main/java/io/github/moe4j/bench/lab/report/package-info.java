/**
 * What a run found, {@link io.github.moe4j.bench.lab.report.LabResult}, as a table and as one
 * self-contained HTML page with charts.
 */
@NullMarked
package io.github.moe4j.bench.lab.report;

import org.jspecify.annotations.NullMarked;
