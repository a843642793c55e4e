package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.watch.Replay;
import io.github.moe4j.core.watch.TraceWeights;
import io.github.moe4j.core.watch.TracedPass;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

@ExtendWith(Seeds.class)
class ReplayedTopKTest {
  private static final int D = 4;
  private static final int E = 5;
  private static final int T = 9;
  private static final TopK RULE = TopK.of(2);

  private final INDArray weight = RandomArrays.normal(DataType.DOUBLE, Seeds.random(1), E, D);
  private final INDArray dy = RandomArrays.normal(DataType.DOUBLE, Seeds.random(3), T, D);
  private final TokenBatch input = TokenBatch.training(
          RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), T, D))
      .withMask(TokenMask.of(true, true, false, true, true, true, false, true, true));
  private final List<TracedPass> trace = new ArrayList<>();

  private MoeLayer.Builder layer(INDArray gate, RoutingRule rule) {
    ExpertOptions options = ExpertOptions.of(E, D, 3).withDataType(DataType.DOUBLE);
    return MoeLayer.builder(
        GatedRouter.of(LinearGate.of(gate), rule), GluExperts.create(options, 7));
  }

  private MoeLayer recording() {
    return layer(weight, RULE).listener(pass -> trace.add(TracedPass.of(pass))).build();
  }

  @Test
  void replay_sameGate_givesTheSameBitsForwardAndBackward() {
    try (MoePass recorded = recording().forward(input);
        MoePass replayed = layer(weight, new ReplayedTopK(RULE, Replay.of("moe", trace)))
            .build()
            .forward(input)) {
      Near.assertSameBits("y", Near.values(recorded.y()), Near.values(replayed.y()));
      MoeGradients a = recorded.backward(dy);
      MoeGradients b = replayed.backward(dy);
      Near.assertSameBits("dx", Near.values(a.dx()), Near.values(b.dx()));
      Near.assertSameBits(
          "dWeight",
          Near.values(a.parameters().get("router.weight")),
          Near.values(b.parameters().get("router.weight")));
    }
  }

  @Test
  void replay_otherGate_keepsTheChoiceAndWeighsItAnew() {
    INDArray other = RandomArrays.normal(DataType.DOUBLE, Seeds.random(4), E, D);
    try (MoePass recorded = recording().forward(input);
        MoePass replayed = layer(other, new ReplayedTopK(RULE, Replay.of("moe", trace)))
            .build()
            .forward(input)) {
      Assignments a = recorded.decision().assignments();
      Assignments b = replayed.decision().assignments();
      assertEquals(a.size(), b.size());
      for (int n = 0; n < a.size(); n++) {
        assertEquals(a.token(n), b.token(n));
        assertEquals(a.expert(n), b.expert(n));
        assertNotEquals(a.weight(n), b.weight(n));
      }
      double norm =
          replayed.backward(dy).parameters().get("router.weight").norm2Number().doubleValue();
      assertNotEquals(0, norm);
    }
  }

  @Test
  void replay_tokensInAnyOrder_areSorted() {
    recording().forward(input).close();
    TracedPass pass = trace.get(0);
    Assignments all = pass.assignments();
    int[] backwards = new int[all.size()];
    for (int n = 0; n < backwards.length; n++) {
      backwards[n] = backwards.length - 2 - n + 2 * (n % 2);
    }
    TracedPass shuffled = traced(pass, all.select(backwards), TraceWeights.NONE);
    Replay replay = Replay.of("moe", List.of(shuffled));
    try (MoePass replayed =
        layer(weight, new ReplayedTopK(RULE, replay)).build().forward(input)) {
      Near.assertSameBits(
          "weights", all.weights(), replayed.decision().assignments().weights());
    }
  }

  private static TracedPass traced(TracedPass like, Assignments all, TraceWeights weights) {
    return new TracedPass(
        like.layer(), 0, true, like.sequenceLength(), like.mask(), all, weights, 0);
  }

  @Test
  void replay_otherNumberOfChoices_namesTheToken() {
    recording().forward(input).close();
    MoeLayer three =
        layer(weight, new ReplayedTopK(TopK.of(3), Replay.of("moe", trace))).build();
    Exception e = assertThrows(IllegalArgumentException.class, () -> three.forward(input));
    assertEquals("layer moe: token 0 must have k = 3 recorded choices but has 2", e.getMessage());
    MoeLayer one =
        layer(weight, new ReplayedTopK(TopK.of(1), Replay.of("moe", trace))).build();
    e = assertThrows(IllegalArgumentException.class, () -> one.forward(input));
    assertEquals("layer moe: token 0 must have k = 1 recorded choices but has 2", e.getMessage());
    ReplayedTopK many = new ReplayedTopK(TopK.of(E + 1), Replay.of("moe", trace));
    e = assertThrows(IllegalArgumentException.class, () -> many.requireFits(E));
    assertEquals("k must be at most E = 5 but was 6", e.getMessage());
    INDArray wide = RandomArrays.normal(DataType.DOUBLE, Seeds.random(4), E + 1, D);
    ReplayedTopK rule = new ReplayedTopK(RULE, Replay.of("moe", trace));
    e = assertThrows(
        IllegalArgumentException.class, () -> GatedRouter.of(LinearGate.of(wide), rule));
    assertEquals("the trace must have E = 6 experts but has 5", e.getMessage());
  }
}
