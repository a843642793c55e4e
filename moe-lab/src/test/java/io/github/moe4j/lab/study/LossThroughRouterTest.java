package io.github.moe4j.lab.study;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.catalogue.LossCatalogue;
import io.github.moe4j.balance.catalogue.LossProvider;
import io.github.moe4j.balance.catalogue.LossSizes;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.lab.balance.StudiedDevices;
import io.github.moe4j.lab.routers.ExampleRouter;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterProvider;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The gradient of every loss through every router that it suits, against differences: of x and of
 * all parameters of the router. A loss suits a router if the router's decisions offer what the loss
 * reads; which pairs these are is checked, so that none is left out by mistake.
 */
class LossThroughRouterTest {
  private static final int TOKENS = 8;
  private static final int SEQUENCE = 4;
  private static final int WIDTH = 3;
  private static final int EXPERTS = 8;
  private static final int K = 2;
  private static final TokenMask MASK =
      TokenMask.of(true, true, false, true, true, true, true, true);
  private static final RouterConfig SIZES = RouterConfig.of(EXPERTS, WIDTH, K);

  /** Its training estimates the gradient through the sampling and is no derivative, on purpose. */
  private static final String DERIVATIVE_IN_EVALUATION_ONLY = "sparsemixer";

  /** Their experts are chosen as often whatever x is, so losses of counts are constant. */
  private static final Set<String> EVEN_BY_DESIGN =
      Set.of("expert-choice", "batchwise", "base", "all-experts", "forced-balance");

  private static final LossSizes LOSS_SIZES =
      new LossSizes(EXPERTS, K, StudiedDevices.count(EXPERTS));

  static Stream<Arguments> pairs() {
    return RouterCatalogue.library().stream()
        .flatMap(router -> LossCatalogue.library().stream()
            .filter(loss -> suits(router, loss))
            .map(loss -> Arguments.of(router.name(), loss.name())));
  }

  private static Router create(RouterProvider router) {
    return ExampleRouter.create(router, SIZES, DataType.DOUBLE);
  }

  /** The weights of a hash router are constant, and ReMoE's penalty is of ReLU weights. */
  private static boolean suits(RouterProvider router, LossProvider loss) {
    if (loss.reads().isEmpty()) {
      return router.name().equals("remoe")
          || !loss.router().equals("remoe") && !router.name().equals("hash");
    }
    RouterDecision decision = decision(create(router), router.name());
    return loss.reads().stream().allMatch(kind -> decision.scores(kind).isPresent());
  }

  private static RouterDecision decision(Router router, String name) {
    RouterPass routing = router.route(input(x(), !name.equals(DERIVATIVE_IN_EVALUATION_ONLY)));
    return routing.decision();
  }

  @ParameterizedTest(name = "{1} through {0}")
  @MethodSource("pairs")
  void backward_ofLoss_matchesDifferences(String name, String entry) {
    Router router = create(RouterCatalogue.load().get(name));
    boolean training = !name.equals(DERIVATIVE_IN_EVALUATION_ONLY);
    INDArray x = x();
    BalanceLoss loss = LossCatalogue.load().get(entry).create(1, LOSS_SIZES);
    RouterPass routing = router.route(input(x, training));
    LossValue value = loss.evaluate(routing.decision());
    assertTrue(Double.isFinite(value.value()));
    INDArray dx = Nd4j.zeros(DataType.DOUBLE, TOKENS, WIDTH);
    Gradients gradients = router.parameters().zeroGradients();
    routing.backward(value.gradient(), dx, gradients);
    int[] chosen = chosen(routing.decision());
    if (largest(dx, gradients) < 1e-9) {
      // Equal counts give every expert the same slope, and probabilities sum to 1 whatever x is.
      assertTrue(EVEN_BY_DESIGN.contains(name), entry + " through " + name + " has no gradient");
      INDArray other = RandomArrays.normal(DataType.DOUBLE, new SplittableRandom(4), TOKENS, WIDTH);
      RouterDecision changed = router.route(input(other, training)).decision();
      assertEquals(
          value.value(), loss.evaluate(changed).value(), 1e-12, entry + " through " + name);
      return;
    }
    GradientCheck.of(() -> {
          RouterPass changed = router.route(input(x, training));
          assertArrayEquals(
              chosen, chosen(changed.decision()), "the input must lie away from choices");
          return loss.evaluate(changed.decision()).value();
        })
        .add("x", x, dx)
        .addAll(router.parameters(), gradients)
        .assertCorrect();
  }

  @Test
  void pairs_ofAllRouters_leaveOutOnlyThoseWithoutScores() {
    Set<String> without = new TreeSet<>();
    for (RouterProvider router : RouterCatalogue.library()) {
      if (!suits(router, LossCatalogue.load().get("switch"))) {
        without.add(router.name());
      }
    }
    assertEquals(Set.of("hash", "remoe"), without);
    Set<String> margins = new TreeSet<>();
    for (RouterProvider router : RouterCatalogue.library()) {
      if (suits(router, LossCatalogue.load().get("batchwise-loss"))) {
        margins.add(router.name());
      }
    }
    assertEquals(Set.of("batchwise"), margins);
  }

  private static double largest(INDArray dx, Gradients gradients) {
    double[] largest = {dx.amaxNumber().doubleValue()};
    gradients.forEach(
        (name, array) -> largest[0] = Math.max(largest[0], array.amaxNumber().doubleValue()));
    return largest[0];
  }

  private static INDArray x() {
    return RandomArrays.normal(DataType.DOUBLE, new SplittableRandom(3), TOKENS, WIDTH);
  }

  private static TokenBatch input(INDArray x, boolean training) {
    PassMode mode = training
        ? PassMode.training(new SplittableRandom(6))
        : PassMode.evaluation().differentiable();
    return TokenBatch.of(x, mode)
        .withMask(MASK)
        .withSequenceLength(SEQUENCE)
        .withTokenIds(IntStream.range(0, TOKENS).map(t -> 31 * t).toArray())
        .atStep(2000);
  }

  private static int[] chosen(RouterDecision decision) {
    return IntStream.range(0, decision.assignments().size())
        .map(n ->
            decision.assignments().token(n) * EXPERTS + decision.assignments().expert(n))
        .toArray();
  }
}
