/** What all HTML pages share: one self-contained file with style, charts and its data. */
@NullMarked
package io.github.moe4j.cli.page;

import org.jspecify.annotations.NullMarked;
