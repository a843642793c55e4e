@NullMarked
package io.github.moe4j.bench.balance;

import org.jspecify.annotations.NullMarked;
