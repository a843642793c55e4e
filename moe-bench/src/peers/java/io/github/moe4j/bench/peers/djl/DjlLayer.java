package io.github.moe4j.bench.peers.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.training.GradientCollector;
import io.github.moe4j.bench.peers.PeerCase;
import io.github.moe4j.bench.peers.PeerLayer;
import io.github.moe4j.bench.peers.SortedRows;
import io.github.moe4j.bench.roofline.LayerShape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The layer as NDArray operations: rows sorted by expert, three products an expert, and one product
 * a token that weighs and adds its rows. Arrays of a pass belong to a manager that is closed after it.
 *
 * <p>Rows are looked up as embeddings, whose gradient is faster than that of an index.
 */
final class DjlLayer implements PeerLayer {
  private final LayerShape shape;
  private final boolean training;
  private final NDManager manager;
  private final NDArray x;
  private final NDArray dy;
  private final DjlWeights weights;

  DjlLayer(PeerCase work, boolean training) {
    this.shape = work.shape();
    this.training = training;
    this.manager = NDManager.newBaseManager(Device.cpu(), DjlPyTorch.ENGINE);
    Shape tokens = new Shape(shape.tokens(), shape.width());
    this.x = manager.create(work.x(), tokens);
    this.dy = manager.create(work.dy(), tokens);
    this.weights = DjlWeights.of(work, manager);
    if (training) {
      x.setRequiresGradient(true);
      weights.requireGradients();
    }
  }

  @Override
  public void run() {
    pass(y -> {});
  }

  private void pass(Consumer<NDArray> output) {
    try (NDManager pass = manager.newSubManager()) {
      // Results belong to the manager of the operation's first array.
      pass.tempAttachAll(x);
      if (!training) {
        output.accept(forward(pass));
        return;
      }
      try (GradientCollector collector = Engine.getEngine(DjlPyTorch.ENGINE).newGradientCollector()) {
        NDArray y = forward(pass);
        collector.backward(y.mul(dy).sum());
        output.accept(y);
      }
    }
  }

  private NDArray forward(NDManager pass) {
    int k = shape.k();
    NDList top = x.matMul(weights.router()).topK(k, 1, true, false);
    NDArray weight = top.get(0).softmax(1);
    SortedRows sorted = SortedRows.of(top.get(1).toLongArray(), shape.experts(), k);

    NDArray rows = rows(pass.create(sorted.token()), x);
    NDList parts = sorted.ends().length == 0 ? new NDList(rows) : rows.split(sorted.ends(), 0);
    NDList outputs = new NDList(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      outputs.add(expert(sorted.experts()[i], parts.get(i)));
    }
    NDArray ofAll = outputs.size() == 1 ? outputs.head() : NDArrays.concat(outputs, 0);

    // [T,1,K]·[T,K,D]
    NDArray ofToken = rows(pass.create(sorted.row()), ofAll);
    return weight
        .reshape(shape.tokens(), 1, k)
        .matMul(ofToken.reshape(shape.tokens(), k, shape.width()))
        .reshape(shape.tokens(), shape.width());
  }

  private static NDArray rows(NDArray index, NDArray of) {
    return of.getNDArrayInternal().embedding(index, of, SparseFormat.DENSE).singletonOrThrow();
  }

  private NDArray expert(int e, NDArray rows) {
    NDArray gate = rows.matMul(weights.gate().get(e));
    NDArray up = rows.matMul(weights.up().get(e));
    NDArray sigmoid = gate.getNDArrayInternal().sigmoid();
    // In place where nobody needs the factors again.
    NDArray hidden = training ? sigmoid.mul(gate).mul(up) : sigmoid.muli(gate).muli(up);
    return hidden.matMul(weights.down().get(e));
  }

  @Override
  public Map<String, float[]> results() {
    Map<String, float[]> results = new LinkedHashMap<>();
    if (training) {
      DjlWeights.zeroGradient(x);
      weights.zeroGradients();
    }
    pass(y -> results.put("y", y.toFloatArray()));
    if (training) {
      try (NDArray dx = x.getGradient()) {
        results.put("dx", dx.toFloatArray());
      }
      weights.addGradientsTo(results);
    }
    return results;
  }

  @Override
  public void close() {
    manager.close();
  }
}
