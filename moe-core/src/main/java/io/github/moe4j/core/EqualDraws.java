package io.github.moe4j.core;

import io.github.moe4j.core.random.RestorableRandom;
import java.util.random.RandomGenerator;

/**
 * An initializer that takes equally many steps of the generator for each number, so that numbers can be passed over at
 * once.
 *
 * @param steps for each number
 * @param number draws one
 */
record EqualDraws(int steps, Initializer number) implements Initializer {
  @Override
  public double draw(long fanIn, long fanOut, RandomGenerator random) {
    return number.draw(fanIn, fanOut, random);
  }

  @Override
  public void skip(long numbers, long fanIn, long fanOut, RestorableRandom random) {
    random.skip(Math.multiplyExact(numbers, steps));
  }
}
