package io.github.moe4j.lab.routers;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The example that every router's picture shows: 16 tokens and 8 experts, two choices where a
 * router has a choice, in training with one fixed seed.
 *
 * <p>The scores are the activations themselves, so that all routers with a linear gate see the same:
 * random numbers with a slope that makes the first experts more popular, as routers without balancing are.
 */
public final class RouterExample {
  /** Number of tokens. */
  public static final int TOKENS = 16;

  /** Number of experts. */
  public static final int EXPERTS = 8;

  private static final RouterConfig CONFIG = RouterConfig.of(EXPERTS, EXPERTS, 2);

  private RouterExample() {}

  /** The input: activations [16,8], token ids, training with a seed. */
  public static TokenBatch input() {
    SplittableRandom random = new SplittableRandom(16);
    double[] scores = new double[TOKENS * EXPERTS];
    for (int i = 0; i < scores.length; i++) {
      int expert = i % EXPERTS;
      scores[i] = 4 * random.nextDouble() - 2 + 0.2 * (EXPERTS - 1 - 2 * expert) / 2.0;
    }
    int[] ids = new int[TOKENS];
    for (int t = 0; t < TOKENS; t++) {
      ids[t] = random.nextInt(ExampleRouter.VOCABULARY);
    }
    return TokenBatch.training(
            Nd4j.createFromArray(scores).reshape('c', TOKENS, EXPERTS), new SplittableRandom(8))
        .withTokenIds(ids);
  }

  /** The weight of each token (row) in each expert by a router, 0 if not assigned. */
  public static double[][] weights(RouterProvider router) {
    Assignments made = ExampleRouter.ofScores(router, CONFIG, DataType.DOUBLE)
        .route(input())
        .decision()
        .assignments();
    double[][] weights = new double[TOKENS][EXPERTS];
    for (int n = 0; n < made.size(); n++) {
      weights[made.token(n)][made.expert(n)] += made.weight(n);
    }
    return weights;
  }
}
