/**
 * What a run found, {@link io.github.moe4j.lab.report.LabResult}, as a table and as one
 * self-contained HTML page with charts.
 */
@NullMarked
package io.github.moe4j.lab.report;

import org.jspecify.annotations.NullMarked;
