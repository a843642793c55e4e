package io.github.moe4j.lab.variant;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Checks before a run that the parts of a variant are compatible, by one step on a few tokens: not every
 * mechanism can read every router.
 */
public final class DryRun {
  private static final int TOKENS = 32;
  private static final int SEQUENCE = 8;

  private DryRun() {}

  /**
   * Builds the layers and lets them train once.
   *
   * @throws IllegalArgumentException if the parts are incompatible; the message names the variant
   */
  public static void of(Variant variant, ModelSizes sizes) {
    try {
      rehearse(variant.recipe().apply(sizes), sizes);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IllegalArgumentException(variant.name() + ": " + e.getMessage(), e);
    }
  }

  private static void rehearse(Recipe recipe, ModelSizes sizes) {
    SplittableRandom random = new SplittableRandom(1);
    INDArray x = Initializer.normal(1)
        .create(DataType.FLOAT, random, TOKENS, sizes.layer().width());
    int[] ids = random.ints(TOKENS, 0, 256).toArray();
    TokenBatch evaluation =
        TokenBatch.evaluation(x).withSequenceLength(SEQUENCE).withTokenIds(ids);
    TokenBatch training =
        TokenBatch.training(x, random).withSequenceLength(SEQUENCE).withTokenIds(ids);
    Arena arena = new Arena();
    List<FeedForward> layers = new ArrayList<>();
    List<FeedForwardPass> runs = new ArrayList<>();
    try {
      for (int b = 0; b < sizes.blocks(); b++) {
        FeedForward layer = recipe.layers().create("block " + b, b, arena);
        layers.add(layer);
        runs.add(layer.forward(training));
        layer.forward(evaluation).close();
      }
      List<MoePass> passes =
          runs.stream().flatMap(run -> MoePasses.in(run).stream()).toList();
      requireReadable(recipe, passes);
      recipe.balancer().balance(passes);
      for (int b = 0; b < layers.size(); b++) {
        INDArray dy = runs.get(b).y().dup();
        INDArray dx = Allocate.zeros(DataType.FLOAT, dy.shape());
        runs.get(b).backward(dy, dx, layers.get(b).parameters().zeroGradients());
      }
      recipe.balancer().step();
    } finally {
      runs.forEach(FeedForwardPass::close);
    }
  }

  /** A loss whose scores are absent may have a value and no gradient: it would balance nothing. */
  private static void requireReadable(Recipe recipe, List<MoePass> passes) {
    for (MoePass pass : passes) {
      for (Kind kind : new TreeSet<>(recipe.reads())) {
        Require.that(
            pass.decision().scores(kind).isPresent(),
            "balance reads router %s but the router has none",
            kind);
      }
    }
  }
}
