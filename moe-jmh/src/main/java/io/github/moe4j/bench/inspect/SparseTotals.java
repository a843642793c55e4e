package io.github.moe4j.bench.inspect;

import java.util.List;

/**
 * The sparse blocks together, those of missing files too.
 *
 * @param blocks how many
 * @param whole how many can be read
 * @param parameters of all
 * @param activeParameters of all that a token is computed with
 */
record SparseTotals(int blocks, int whole, long parameters, long activeParameters) {
  static SparseTotals of(List<BlockFacts> blocks) {
    return new SparseTotals(
        blocks.size(),
        (int) blocks.stream().filter(block -> block.missing().isEmpty()).count(),
        blocks.stream().mapToLong(BlockFacts::parameters).sum(),
        blocks.stream().mapToLong(BlockFacts::activeParameters).sum());
  }
}
