@NullMarked
package io.github.moe4j.bench.doctor;

import org.jspecify.annotations.NullMarked;
