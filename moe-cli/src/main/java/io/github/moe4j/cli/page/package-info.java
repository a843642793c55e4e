/** Shared parts of all HTML pages: one self-contained file with style, charts and data. */
@NullMarked
package io.github.moe4j.cli.page;

import org.jspecify.annotations.NullMarked;
