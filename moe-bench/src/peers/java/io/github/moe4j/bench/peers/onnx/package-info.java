/** ONNX Runtime's operator {@code com.microsoft.MoE}. */
@NullMarked
package io.github.moe4j.bench.peers.onnx;

import org.jspecify.annotations.NullMarked;
