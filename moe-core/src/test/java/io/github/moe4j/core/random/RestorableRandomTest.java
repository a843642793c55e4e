package io.github.moe4j.core.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;

@ExtendWith(Seeds.class)
class RestorableRandomTest {
  @Test
  void nextLong_ofPublishedSeed_givesPublishedNumbers() {
    RestorableRandom random = RestorableRandom.ofSeed(1234567);
    String[] published = {
      "6457827717110365317",
      "3203168211198807973",
      "9817491932198370423",
      "4593380528125082431",
      "16408922859458223821"
    };
    for (String expected : published) {
      assertEquals(expected, Long.toUnsignedString(random.nextLong()));
    }
  }

  @Test
  void skip_anyNumber_continuesAsIfDrawn() {
    RestorableRandom drawn = RestorableRandom.ofSeed(42).split();
    RestorableRandom skipped = RestorableRandom.of(drawn.state());
    for (int n : new int[] {0, 1, 17, 1000}) {
      for (int i = 0; i < n; i++) {
        drawn.nextLong();
      }
      skipped.skip(n);
      assertEquals(drawn.nextLong(), skipped.nextLong(), "after " + n);
    }
    assertThrows(IllegalArgumentException.class, () -> skipped.skip(-1));
  }

  @Test
  void any_ofSameSeed_givesNumbersOfSplittableRandom() {
    SplittableRandom seeds = Seeds.random(1);
    for (long seed : new long[] {0, 1, -1, Long.MIN_VALUE, seeds.nextLong(), seeds.nextLong()}) {
      assertEquals(
          draws(new SplittableRandom(seed)), draws(RestorableRandom.ofSeed(seed)), "seed " + seed);
    }
  }

  /** Various methods of a generator. */
  private static List<Object> draws(RandomGenerator random) {
    List<Object> drawn = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[i % 19];
      random.nextBytes(bytes);
      drawn.addAll(List.of(
          random.nextLong(),
          random.nextInt(),
          random.nextInt(100),
          random.nextInt(-5, 1 << 30),
          random.nextLong(1L << 40),
          random.nextLong(-7, Long.MAX_VALUE),
          random.nextDouble(),
          random.nextDouble(-2, 3),
          random.nextFloat(),
          random.nextBoolean(),
          random.nextGaussian(),
          random.nextExponential(),
          List.of(bytes.length, java.util.Arrays.hashCode(bytes))));
      random.ints(3).forEach(drawn::add);
      random.doubles(3).forEach(drawn::add);
    }
    return drawn;
  }

  @Test
  void split_manyTimes_givesGeneratorsOfSplittableRandom() {
    SplittableRandom theirs = Seeds.random(2);
    RestorableRandom ours = RestorableRandom.ofSeed(Seeds.seed() * 1_000_003L + 2);
    for (int i = 0; i < 2000; i++) {
      SplittableRandom theirChild = theirs.split();
      RestorableRandom ourChild = ours.split();
      assertEquals(theirChild.nextLong(), ourChild.nextLong());
      assertEquals(theirChild.nextInt(), ourChild.nextInt());
      // Now and then a child goes on, so that its own constant counts.
      theirs = i % 3 == 0 ? theirChild : theirs;
      ours = i % 3 == 0 ? ourChild : ours;
    }
  }

  @Test
  void of_savedState_goesOnToTheSameNumbers() {
    RestorableRandom random = RestorableRandom.ofSeed(7).split();
    random.nextGaussian();
    Checkpoint.Builder saved = Checkpoint.builder();
    random.addTo(saved, "noise");
    RestorableRandom restored = RestorableRandom.ofSeed(0);
    restored.restore(saved.build(), "noise");
    RestorableRandom same = RestorableRandom.of(random.state());
    assertArrayEquals(random.state(), restored.state());
    List<Object> expected = draws(random);
    assertEquals(expected, draws(restored));
    assertEquals(expected, draws(same));
  }

  @Test
  void of_stateOfAnother_isRefused() {
    assertMessage("state must have length 2 but has 4", () -> RestorableRandom.of(1, 2, 3, 4));
    assertMessage("gamma must be odd but was 2", () -> RestorableRandom.of(1, 2));
    RestorableRandom refused = RestorableRandom.ofSeed(7);
    Checkpoint other =
        Checkpoint.builder().text("noise.algorithm", "Xoshiro256++").build();
    assertMessage(
        "noise.algorithm must be SplitMix64 but was Xoshiro256++",
        () -> refused.restore(other, "noise"));
    Checkpoint even = Checkpoint.builder()
        .text("noise.algorithm", "SplitMix64")
        .longs("noise.state", 1, 2)
        .build();
    assertMessage("gamma must be odd but was 2", () -> refused.restore(even, "noise"));
    assertArrayEquals(RestorableRandom.ofSeed(7).state(), refused.state());
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
