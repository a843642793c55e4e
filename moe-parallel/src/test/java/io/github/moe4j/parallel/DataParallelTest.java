package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.group.Group;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class DataParallelTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** Replicated {@code a}, and {@code b.w} of which each rank has its own. */
  private static Gradients gradients(double a, double b) {
    return Gradients.in(NamedArrays.builder()
        .add("a", Nd4j.createFromArray(a, 1.0))
        .add("b.w", Nd4j.createFromArray(b))
        .build());
  }

  @Test
  void reduce_replicatedAndSharded_onlyReplicatedAreSummed() {
    Group.threads(3, TIMEOUT, group -> {
      Gradients own = gradients(group.rank() + 1, 10 * group.rank());
      DataParallel.of(group, "b").reduce(own);

      assertArrayEquals(new double[] {1 + 2 + 3, 3}, values(own.get("a")));
      assertArrayEquals(new double[] {10 * group.rank()}, values(own.get("b.w")));
      return 0;
    });
  }

  @Test
  void clipByGlobalNorm_replicatedCountOnce_shardedOfAllRanks() {
    Group.threads(2, TIMEOUT, group -> {
      // 2² + 1² of a, once; 2² + 4² of b: 5 + 20 = 25
      Gradients own = gradients(2, 2 * (group.rank() + 1));
      DataParallel parallel = DataParallel.of(group, "b");

      assertEquals(5, parallel.clipByGlobalNorm(own, 2.5), 1e-15);
      assertArrayEquals(new double[] {1, 0.5}, values(own.get("a")), 1e-15);
      assertEquals(2.5, parallel.globalNorm(own), 1e-15);
      return 0;
    });
  }

  @Test
  void clipByGlobalNorm_nanOnOneRank_errorOnAllAndNothingChanged() {
    Group.threads(2, TIMEOUT, group -> {
      Gradients own = gradients(2, group.rank() == 1 ? Double.NaN : 1);
      DataParallel parallel = DataParallel.of(group, "b");

      assertThrows(ArithmeticException.class, () -> parallel.clipByGlobalNorm(own, 1));
      assertEquals(2, own.get("a").getDouble(0));
      return 0;
    });
  }

  @Test
  void requireSame_otherValuesOrNames_errorNamesRank() {
    List<List<String>> messages = Group.threads(3, TIMEOUT, group -> {
      DataParallel parallel = DataParallel.of(group, "b");
      NamedArrays same = parameters("a", 1, group.rank());
      parallel.requireSame(same);
      NamedArrays values = parameters("a", group.rank() == 2 ? 1.5 : 1, 0);
      NamedArrays names = parameters(group.rank() == 1 ? "c" : "a", 1, 0);
      return List.of(message(parallel, values), message(parallel, names));
    });

    for (List<String> ofRank : messages) {
      assertTrue(
          ofRank.get(0).contains("same values on all ranks but those of rank 2"), ofRank.get(0));
      assertTrue(
          ofRank.get(1).contains("same names, shapes and types on all ranks"), ofRank.get(1));
      assertTrue(ofRank.get(1).endsWith("rank 1 differ"), ofRank.get(1));
    }
  }

  private static NamedArrays parameters(String name, double value, double sharded) {
    return NamedArrays.builder()
        .add(name, Nd4j.createFromArray(value))
        .add("b.w", Nd4j.createFromArray(sharded))
        .build();
  }

  private static String message(DataParallel parallel, NamedArrays parameters) {
    return assertThrows(IllegalArgumentException.class, () -> parallel.requireSame(parameters))
        .getMessage();
  }
}
