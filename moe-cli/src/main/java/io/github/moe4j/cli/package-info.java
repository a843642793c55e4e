/** What commands share: progress, interruption, figures and generated parts of pages. */
@NullMarked
package io.github.moe4j.cli;

import org.jspecify.annotations.NullMarked;
