package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Experts;
import io.github.moe4j.testkit.ExpertsContract;
import io.github.moe4j.testkit.RandomArrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;

class TanhExpertsTest extends ExpertsContract {
  @Override
  protected Experts experts(int experts, int width, DataType type, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new TanhExperts(
        RandomArrays.normal(type, random, experts, 3, width),
        RandomArrays.normal(type, random, experts, width, 3));
  }
}
