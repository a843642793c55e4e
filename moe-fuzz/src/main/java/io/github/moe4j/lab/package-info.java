/** What only the lab itself can reach, for the fuzzer. */
@NullMarked
package io.github.moe4j.lab;

import org.jspecify.annotations.NullMarked;
