package io.github.moe4j.lab;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Parameterized;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.lab.text.Batch;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A vector for each byte plus one for its place in the window.
 *
 * <p>Parameters: {@code embedding.weight} [256,D] and {@code position.weight} [S,D].
 */
final class ByteEmbedding implements Parameterized {
  private static final int BYTES = 256;
  private static final Initializer INITIALIZER = Initializer.normal(0.1);

  private final INDArray bytes;
  private final INDArray places;
  private final NamedArrays parameters;

  /** A new embedding of windows of at most {@code sequence} bytes. */
  ByteEmbedding(int sequence, int width, DataType type, RandomGenerator random) {
    this.bytes = INITIALIZER.create(type, random, BYTES, width);
    this.places = INITIALIZER.create(type, random, sequence, width);
    this.parameters = NamedArrays.builder()
        .add("embedding.weight", bytes)
        .add("position.weight", places)
        .build();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** The tokens of a batch [T,D], valid until the scope is closed. */
  INDArray forward(Batch batch, Arena.Scope scope) {
    if (batch.sequence() > places.size(0)) {
      throw new IllegalArgumentException("windows must have at most %d bytes but had %d"
          .formatted(places.size(0), batch.sequence()));
    }
    INDArray x = scope.take(bytes.dataType(), batch.tokens().length, bytes.size(1));
    if (x.isEmpty()) {
      return x;
    }
    Rows byteRows = Rows.of(bytes);
    Rows placeRows = Rows.of(places);
    Rows out = Rows.of(x);
    double[] row = new double[out.width()];
    double[] place = new double[out.width()];
    for (int t = 0; t < batch.tokens().length; t++) {
      byteRows.read(batch.tokens()[t], row);
      placeRows.read(t % batch.sequence(), place);
      for (int d = 0; d < row.length; d++) {
        row[d] += place[d];
      }
      out.write(t, row);
    }
    return x;
  }

  /**
   * Pulls a gradient back, in the order of the tokens, since several have the same byte.
   *
   * @param dx gradient of the tokens [T,D]. Not modified.
   * @param into gradients named like the parameters. Modified: the result is added.
   */
  void backward(Batch batch, INDArray dx, Gradients into) {
    into.ifPresent("embedding.weight", dW -> addRows(dx, t -> batch.tokens()[t], dW));
    into.ifPresent("position.weight", dW -> addRows(dx, t -> t % batch.sequence(), dW));
  }

  private static void addRows(INDArray dx, IntUnaryOperator rowOfToken, INDArray dW) {
    if (dx.isEmpty()) {
      return;
    }
    Rows gradients = Rows.of(dx);
    Rows target = Rows.of(dW);
    double[] gradient = new double[gradients.width()];
    double[] sum = new double[gradients.width()];
    for (int t = 0; t < gradients.rows(); t++) {
      gradients.read(t, gradient);
      int row = rowOfToken.applyAsInt(t);
      target.read(row, sum);
      for (int d = 0; d < sum.length; d++) {
        sum[d] += gradient[d];
      }
      target.write(row, sum);
    }
  }
}
