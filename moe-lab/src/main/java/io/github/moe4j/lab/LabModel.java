package io.github.moe4j.lab;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.core.Arena;
import io.github.moe4j.lab.ranks.Spread;
import io.github.moe4j.lab.variant.Recipe;
import io.github.moe4j.lab.variant.Variant;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;

/** A new model of a variant and its balancer. */
record LabModel(ByteLanguageModel network, Balancer balancer) {
  /** Untrained; the same seed gives the same bits, wherever the experts are. */
  static LabModel create(Variant variant, LabOptions options, Spread spread) {
    Recipe recipe = variant.recipe().apply(options.sizes(spread));
    Arena arena = new Arena();
    SplittableRandom seeds = new SplittableRandom(options.seed());
    long modelSeed = seeds.nextLong();
    ByteLanguageModel network = ByteLanguageModel.create(
        options.model(),
        block -> recipe.layers().create("block " + block, seeds.nextLong(), arena),
        DataType.FLOAT,
        modelSeed,
        arena);
    return new LabModel(network, recipe.balancer());
  }
}
