/** Runs the contracts on parts with a defect each: every defect must be found, by the check that names it. */
@NullMarked
package io.github.moe4j.testkit.mutants;

import org.jspecify.annotations.NullMarked;
