@NullMarked
package io.github.moe4j.bench.report;

import org.jspecify.annotations.NullMarked;
