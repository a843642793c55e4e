package io.github.moe4j.stress;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Threads;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small layers, and what one pass of them computes. */
final class Layers {
  /** Eight tokens [8,4]. */
  static final INDArray X = Nd4j.linspace(DataType.FLOAT, -1, 0.0625, 32).reshape(8, 4);

  /** Trainable experts. */
  static final MoeLayer TOP_K = layer(GluExperts.create(ExpertOptions.of(3, 4, 8), 2));

  private Layers() {}

  /** Experts with packed weights. */
  static MoeLayer quantized() {
    return layer(
        QuantizedExperts.of(GluExperts.create(ExpertOptions.of(3, 4, 8), 2), WeightFormat.INT8));
  }

  private static MoeLayer layer(Experts experts) {
    return MoeLayer.builder(
            GatedRouter.of(LinearGate.create(3, 4, DataType.FLOAT, 1), TopK.of(2)), experts)
        .threads(Threads.of(2))
        .build();
  }

  /** A pass without a backward. */
  static MoePass pass(MoeLayer layer, INDArray x) {
    return layer.forward(TokenBatch.evaluation(x));
  }

  /** The bits of its outputs. */
  static int forward(MoeLayer layer) {
    try (MoePass pass = pass(layer, X)) {
      return Arrays.hashCode(pass.y().data().asFloat());
    }
  }

  /** The bits of the gradients of a training pass. */
  static int backward(MoeLayer layer) {
    try (MoePass pass = layer.forward(TokenBatch.training(X))) {
      return Arrays.hashCode(pass.backward(X).dx().data().asFloat());
    }
  }
}
