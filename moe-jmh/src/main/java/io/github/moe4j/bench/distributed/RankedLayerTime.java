package io.github.moe4j.bench.distributed;

import io.github.moe4j.bench.plan.ExpertTraffic;
import io.github.moe4j.bench.plan.Network;
import io.github.moe4j.bench.roofline.LayerShape;

/**
 * Time of a layer over ranks of one thread each, beside one process with as many threads.
 *
 * @param shape sizes, with the tokens of all ranks
 * @param ranks N
 * @param training forward and backward, or a forward pass in evaluation
 * @param oneProcessSeconds one process with N threads
 * @param seconds over the ranks, that of the slowest
 * @param share throughput over the ranks as a share of that of the one process, median of the rounds
 * @param aloneSeconds all experts and its own tokens on each rank, without exchange, on all ranks at the same time
 * @param exchangeSeconds of rank 0 in operations of the group that all ranks have come to
 * @param waitSeconds of rank 0 for other ranks
 */
record RankedLayerTime(
    LayerShape shape,
    int ranks,
    boolean training,
    double oneProcessSeconds,
    double seconds,
    double share,
    double aloneSeconds,
    double exchangeSeconds,
    double waitSeconds) {
  /** What the formulas of {@code plan} give with the products of this machine and a network. */
  double predicted(Network network) {
    ExpertTraffic traffic = new ExpertTraffic(
        shape.tokens() / ranks,
        shape.width(),
        shape.experts(),
        shape.k(),
        Math.min(ranks, shape.experts()),
        false,
        Float.BYTES);
    int exchanges = training ? 4 : 2;
    return aloneSeconds
        + exchanges * network.seconds(traffic.bytes(), ranks)
        + network.seconds(0, ranks);
  }
}
