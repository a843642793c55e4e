/** The measured machine peak (roofline), and the share of it that a layer reaches. */
@NullMarked
package io.github.moe4j.bench.roofline;

import org.jspecify.annotations.NullMarked;
