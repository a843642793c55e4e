package io.github.moe4j.bench.peers.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.moe4j.bench.peers.PeerCase;
import io.github.moe4j.bench.roofline.LayerShape;
import java.util.Map;

/**
 * The weights, one array an expert, all transposed: inputs × outputs. That is as fast as their
 * transposes in large passes and faster in small ones. One array for all experts would have its
 * whole gradient filled once for each expert.
 *
 * @param router [D,E]
 * @param gate [D,H] of each expert
 * @param up [D,H] of each expert
 * @param down [H,D] of each expert
 */
record DjlWeights(NDArray router, NDList gate, NDList up, NDList down) {
  static DjlWeights of(PeerCase work, NDManager manager) {
    LayerShape shape = work.shape();
    int experts = shape.experts();
    NDList router = transposed(manager, work.router(), 1, experts, shape.width());
    return new DjlWeights(
        router.singletonOrThrow(),
        transposed(manager, work.gate(), experts, shape.hidden(), shape.width()),
        transposed(manager, work.up(), experts, shape.hidden(), shape.width()),
        transposed(manager, work.down(), experts, shape.width(), shape.hidden()));
  }

  /** Each [rows,columns] of the values as [columns,rows]. */
  private static NDList transposed(
      NDManager manager, float[] values, int count, int rows, int columns) {
    NDList all = new NDList(count);
    try (NDManager scope = manager.newSubManager()) {
      NDArray whole = scope.create(values, new Shape(count, rows, columns));
      for (int i = 0; i < count; i++) {
        NDArray own = whole.get(i).transpose().duplicate();
        own.attach(manager);
        all.add(own);
      }
    }
    return all;
  }

  void requireGradients() {
    router.setRequiresGradient(true);
    gate.forEach(w -> w.setRequiresGradient(true));
    up.forEach(w -> w.setRequiresGradient(true));
    down.forEach(w -> w.setRequiresGradient(true));
  }

  void zeroGradients() {
    zeroGradient(router);
    gate.forEach(DjlWeights::zeroGradient);
    up.forEach(DjlWeights::zeroGradient);
    down.forEach(DjlWeights::zeroGradient);
  }

  static void zeroGradient(NDArray array) {
    try (NDArray gradient = array.getGradient()) {
      gradient.subi(gradient);
    }
  }

  /** The gradients, laid out as in this library. */
  void addGradientsTo(Map<String, float[]> results) {
    results.put("router.weight", gradients(new NDList(router)));
    results.put("experts.gate.weight", gradients(gate));
    results.put("experts.up.weight", gradients(up));
    results.put("experts.down.weight", gradients(down));
  }

  private static float[] gradients(NDList weights) {
    try (NDManager scope = weights.head().getManager().newSubManager()) {
      NDList all = new NDList(weights.size());
      for (NDArray weight : weights) {
        NDArray gradient = weight.getGradient();
        gradient.attach(scope);
        all.add(gradient.transpose());
      }
      return NDArrays.stack(all).toFloatArray();
    }
  }
}
