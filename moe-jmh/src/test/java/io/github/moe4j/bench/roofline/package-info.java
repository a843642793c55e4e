@NullMarked
package io.github.moe4j.bench.roofline;

import org.jspecify.annotations.NullMarked;
