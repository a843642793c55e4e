@NullMarked
package io.github.moe4j.bench.repository;

import org.jspecify.annotations.NullMarked;
