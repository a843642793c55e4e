@NullMarked
package io.github.moe4j.bench.lab.contender;

import org.jspecify.annotations.NullMarked;
