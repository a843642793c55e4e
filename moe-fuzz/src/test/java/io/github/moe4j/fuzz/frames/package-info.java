/** Tests of the fuzzer of frames. */
@NullMarked
package io.github.moe4j.fuzz.frames;

import org.jspecify.annotations.NullMarked;
