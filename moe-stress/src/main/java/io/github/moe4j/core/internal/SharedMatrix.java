package io.github.moe4j.core.internal;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.FF_Result;

/** Two threads are the first to read rows of one matrix. */
@JCStressTest
@Outcome(id = "1.0, 4.0", expect = Expect.ACCEPTABLE, desc = "each its own row")
@State
public class SharedMatrix {
  private static final INDArray ARRAY =
      Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}}).castTo(DataType.FLOAT);

  private final Matrix matrix = Matrix.of(ARRAY);

  /** Reads the first row. */
  @Actor
  public void first(FF_Result result) {
    result.r1 = read(0, 0);
  }

  /** Reads the second. */
  @Actor
  public void second(FF_Result result) {
    result.r2 = read(1, 1);
  }

  /** An element; -1 if it was another one once. */
  private float read(int row, int column) {
    float[] element = new float[1];
    matrix.rows(row, row + 1).floats().read(0, column, 1, element, 0);
    float first = element[0];
    for (int i = 0; i < 30; i++) {
      matrix.rows(row, row + 1).floats().read(0, column, 1, element, 0);
      first = element[0] == first ? first : -1;
    }
    return first;
  }
}
