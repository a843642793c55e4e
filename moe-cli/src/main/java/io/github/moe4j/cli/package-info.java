/** Shared code of the commands: progress, interruption, output files and generated parts of pages. */
@NullMarked
package io.github.moe4j.cli;

import org.jspecify.annotations.NullMarked;
