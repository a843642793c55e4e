package io.github.moe4j.testkit;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.PassMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Tests that every implementation of {@link Experts} must pass. Its test class extends this and creates it:
 *
 * <pre>{@code
 * class FfnExpertsContractTest extends ExpertsContract {
 *   protected Experts experts(int experts, int width, DataType type, long seed) {
 *     return FfnExperts.create(ExpertOptions.of(experts, width, 6).withDataType(type), seed);
 *   }
 * }
 * }</pre>
 */
@ExtendWith(Seeds.class)
public abstract class ExpertsContract {
  private final ExpertsSubject subject = new ExpertsSubject(this);
  private final ExpertsRunChecks runs = new ExpertsRunChecks(subject);
  private final ExpertsNumberChecks numbers = new ExpertsNumberChecks(subject);
  private final ExpertsBackwardChecks backward = new ExpertsBackwardChecks(subject);

  /** For subclasses. */
  protected ExpertsContract() {}

  /**
   * New experts under test; the same seed gives the same bits.
   *
   * @param experts number of experts E
   * @param width model width D
   */
  protected abstract Experts experts(int experts, int width, DataType type, long seed);

  /** Training with noise from a seed. Implementations that draw noise override this only. */
  protected PassMode training(long seed) {
    return PassMode.training(new SplittableRandom(seed));
  }

  /** Whether the output depends on the values of the row; false for constant experts. */
  protected boolean readsRows() {
    return true;
  }

  @Test
  void experts_sizes_areThoseAsked() {
    runs.sizes();
  }

  @Test
  void create_sameSeed_sameBits() {
    runs.createdFromSeed();
  }

  @Test
  void run_anyLoad_shapesFitAndNothingIsModified() {
    runs.anyLoad();
  }

  @Test
  void run_eachExpert_seesItsOwnRowsAlone() {
    runs.ownRowsOnly();
  }

  @Test
  void backward_expertWithoutRows_getsNoGradient() {
    backward.withoutRows();
  }

  @Test
  void backward_rowsAndParameters_matchDifferences() {
    backward.differences();
  }

  @Test
  void backward_adds_toWhatIsThere() {
    backward.adds();
  }

  @Test
  void run_sameSeed_sameBits() {
    runs.sameSeed();
  }

  @Test
  void run_rowOfNaN_staysInItsRow() {
    numbers.rowOfNaN();
  }

  @Test
  void run_float32_nearFloat64() {
    numbers.float32();
  }
}
