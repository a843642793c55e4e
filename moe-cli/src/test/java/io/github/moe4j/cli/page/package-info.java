@NullMarked
package io.github.moe4j.cli.page;

import org.jspecify.annotations.NullMarked;
