package io.github.moe4j.core.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

@ExtendWith(Seeds.class)
class ReplayRouterTest {
  private static final int[] SIZES = {6, 0, 1, 17};

  @TempDir
  Path folder;

  private static TokenBatch input(int i) {
    boolean[] valid = new boolean[SIZES[i]];
    for (int t = 0; t < valid.length; t++) {
      valid[t] = t % 5 != 3;
    }
    return TokenBatch.evaluation(WatchedLayer.normal(10 + i, SIZES[i]))
        .withMask(TokenMask.of(valid));
  }

  private List<TracedPass> record(TraceWeights weights, List<double[]> outputs) throws IOException {
    Path file = folder.resolve("test.trace");
    try (TraceWriter writer = TraceWriter.create(file, weights)) {
      MoeLayer layer = WatchedLayer.builder("a").listener(writer).build();
      for (int i = 0; i < SIZES.length; i++) {
        try (MoePass pass = layer.forward(input(i))) {
          outputs.add(Near.values(pass.y()));
        }
      }
    }
    return TraceReader.readAll(file);
  }

  private static MoeLayer layer(Replay replay) {
    return MoeLayer.builder(ReplayRouter.of(replay, WatchedLayer.D), WatchedLayer.experts())
        .capacity(LimitedCapacity.ofFactor(1))
        .build();
  }

  @Test
  void forward_replayedPasses_giveTheSameBits() throws IOException {
    List<double[]> outputs = new ArrayList<>();
    Replay replay = Replay.of("a", record(TraceWeights.FLOAT64, outputs));
    MoeLayer layer = layer(replay);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < SIZES.length; i++) {
        try (MoePass pass = layer.forward(input(i))) {
          Near.assertSameBits("y", outputs.get(i), Near.values(pass.y()));
        }
      }
      assertEquals(0, replay.remaining());
      replay.rewind();
    }
  }

  @Test
  void backward_replayed_reachesExpertsAndTokens() throws IOException {
    MoeLayer layer = layer(Replay.of("a", record(TraceWeights.FLOAT64, new ArrayList<>())));
    try (MoePass pass = layer.forward(input(0).withMode(PassMode.training()))) {
      MoeGradients gradients = pass.backward(WatchedLayer.normal(5, 6));
      assertTrue(gradients.dx().norm2Number().doubleValue() > 0);
      double down =
          gradients.parameters().get("experts.down.weight").norm2Number().doubleValue();
      assertTrue(down > 0);
    }
  }

  @Test
  void forward_afterTheEnd_saysSo() throws IOException {
    Replay replay =
        Replay.of("a", record(TraceWeights.FLOAT64, new ArrayList<>()).subList(0, 1));
    MoeLayer layer = layer(replay);
    layer.forward(input(0)).close();
    refuse("the trace of layer a ends after 1 passes", layer, input(0));
  }

  @Test
  void forward_thatDoesNotFit_saysSoAndStaysThere() throws IOException {
    Replay replay = Replay.of("a", record(TraceWeights.FLOAT64, new ArrayList<>()));
    MoeLayer layer = layer(replay);
    refuse("pass 0 of layer a was recorded with 6 tokens but has 17", layer, input(3));
    refuse(
        "pass 0 of layer a was recorded with other padding",
        layer,
        input(0).withMask(TokenMask.none(6)));
    assertEquals(SIZES.length, replay.remaining());
    layer.forward(input(0)).close();
  }

  @Test
  void forward_withoutWeights_saysSo() throws IOException {
    Replay replay = Replay.of("a", record(TraceWeights.NONE, new ArrayList<>()));
    refuse(
        "the trace has no weights: record them, or replay only the choice with ReplayedTopK",
        layer(replay),
        input(0));
  }

  @Test
  void of_unknownLayer_namesThoseThereAre() throws IOException {
    List<TracedPass> trace = record(TraceWeights.NONE, new ArrayList<>());
    Exception e = assertThrows(IllegalArgumentException.class, () -> Replay.of("b", trace));
    assertEquals("the trace has no pass of layer b, only of [a]", e.getMessage());
  }

  @Test
  void of_passesWithOtherNumbersOfExperts_saysBoth() {
    Exception e = assertThrows(
        IllegalArgumentException.class,
        () -> Replay.of("a", List.of(pass("a", 2), pass("b", 4), pass("a", 3))));
    assertEquals("passes of layer a must have the same number of experts: 3 != 2", e.getMessage());
  }

  /** A pass of one token without assignments. */
  private static TracedPass pass(String layer, int experts) {
    return new TracedPass(
        layer,
        0,
        false,
        1,
        TokenMask.none(1),
        Assignments.of(1, experts, new int[0], new int[0], new double[0]),
        TraceWeights.FLOAT64,
        0);
  }

  @Test
  void route_tokensOfAnotherWidth_saysSoAndStaysThere() throws IOException {
    Replay replay = Replay.of("a", record(TraceWeights.FLOAT64, new ArrayList<>()));
    ReplayRouter router = ReplayRouter.of(replay, WatchedLayer.D + 1);
    Exception e = assertThrows(IllegalArgumentException.class, () -> router.route(input(0)));
    assertEquals("x must be [*, 5] but was [6, 4]", e.getMessage());
    assertEquals(SIZES.length, replay.remaining());
  }

  @Test
  void backward_ofTheRouter_checksWhatItIsGivenAndAddsNothing() throws IOException {
    Replay replay = Replay.of("a", record(TraceWeights.FLOAT64, new ArrayList<>()));
    RouterPass pass = ReplayRouter.of(replay, WatchedLayer.D).route(input(0));
    Gradients none = NamedArrays.none().zeroGradients();
    INDArray dx = WatchedLayer.normal(6, 6);
    // 5 real tokens go to 2 experts each.
    pass.backward(RoutingGradient.ofWeights(new double[10]), dx, none);
    Near.assertSameBits("dx", WatchedLayer.normal(6, 6), dx);
    Exception e = assertThrows(
        IllegalArgumentException.class,
        () -> pass.backward(RoutingGradient.ofWeights(new double[9]), dx, none));
    assertEquals("gradient of weights must have length 10 but has 9", e.getMessage());
    INDArray other = WatchedLayer.normal(6, 5);
    e = assertThrows(
        IllegalArgumentException.class, () -> pass.backward(RoutingGradient.none(), other, none));
    assertEquals("dx of the replay must be [6, 4] but was [5, 4]", e.getMessage());
  }

  private static void refuse(String message, MoeLayer layer, TokenBatch input) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> layer.forward(input));
    assertEquals("layer moe: " + message, e.getMessage());
  }
}
