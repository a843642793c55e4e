package io.github.moe4j.core;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** E expert networks over rows sorted by expert. */
public interface Experts extends Parameterized {
  /** Number of experts E. */
  int experts();

  /** Model width D of the rows they read and write. */
  int modelWidth();

  /** Type of the rows they read and write: that of the parameters, unless they say otherwise. */
  default DataType dataType() {
    return parameters().dataType();
  }

  /**
   * Whether {@linkplain CapacityPass#fillers filler rows} are computed, which changes no result. Experts for which rows
   * travel do not want them.
   */
  default boolean computesFillers() {
    return true;
  }

  /**
   * Runs each expert on its rows; an expert without rows costs nothing.
   *
   * @param xR rows sorted by expert [R,D]. Not modified; must not change until the backward pass.
   * @param expertStart first row of each expert, and R at the end [E+1]. Not modified.
   * @param mode training or evaluation, with the source of noise
   * @param scope memory for the pass, which stays valid until the scope is closed
   * @throws IllegalArgumentException if xR does not fit the experts or is closed
   */
  ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope);
}
