@NullMarked
package io.github.moe4j.core.watch.micrometer;

import org.jspecify.annotations.NullMarked;
