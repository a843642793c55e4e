@NullMarked
package io.github.moe4j.lab.variant;

import org.jspecify.annotations.NullMarked;
