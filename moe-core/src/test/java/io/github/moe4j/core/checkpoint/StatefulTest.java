package io.github.moe4j.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.testkit.Near;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

class StatefulTest {
  /** An optimizer and a generator after some steps, as one. */
  private static final class Parts {
    private final NamedArrays weights =
        NamedArrays.builder().add("w", Nd4j.zeros(DataType.DOUBLE, 3)).build();
    private final Optimizer optimizer = Optimizer.of(weights, new Adam(0.1));
    private final RestorableRandom random = RestorableRandom.ofSeed(7);
    private final Map<String, Stateful> byKey = new LinkedHashMap<>();
    private final Stateful all;

    Parts(int steps) {
      byKey.put("optimizer", optimizer);
      byKey.put("random", random);
      all = Stateful.of(byKey);
      Gradients gradients = weights.zeroGradients();
      for (int i = 0; i < steps; i++) {
        gradients.get("w").addi(random.nextDouble());
        optimizer.step(gradients);
      }
    }

    Checkpoint saved() {
      Checkpoint.Builder builder = Checkpoint.builder();
      all.addTo(builder, "training");
      return builder.build();
    }

    void assertSame(Parts other) {
      assertEquals(other.optimizer.steps(), optimizer.steps());
      Near.assertSameBits(
          "state", other.optimizer.state().get("w"), optimizer.state().get("w"));
      assertArrayEquals(other.random.state(), random.state());
    }
  }

  @Test
  void addTo_parts_eachBelowItsKey() {
    assertEquals(
        List.of(
            "training.optimizer.updater",
            "training.optimizer.steps",
            "training.optimizer.state.w",
            "training.random.algorithm",
            "training.random.state"),
        List.copyOf(new Parts(1).saved().names()));
  }

  @Test
  void restore_parts_allTakenOver() {
    Parts target = new Parts(1);
    target.all.restore(new Parts(4).saved(), "training");
    target.assertSame(new Parts(4));
  }

  @Test
  void restore_lastPartRefuses_allAsBefore() {
    Checkpoint.Builder broken = Checkpoint.builder();
    new Parts(4).optimizer.addTo(broken, "training.optimizer");
    broken.text("training.random.algorithm", "PCG");
    Parts target = new Parts(2);
    Exception e = assertThrows(
        IllegalArgumentException.class, () -> target.all.restore(broken.build(), "training"));
    assertEquals("training.random.algorithm must be SplitMix64 but was PCG", e.getMessage());
    target.assertSame(new Parts(2));
  }

  @Test
  void of_mapChangedAfterwards_keepsItsParts() {
    Parts parts = new Parts(1);
    parts.byKey.clear();
    assertEquals(5, parts.saved().names().size());
  }
}
