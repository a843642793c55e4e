package io.github.moe4j.bench.plan;

import io.github.moe4j.core.internal.Require;

/**
 * Equal nodes.
 *
 * @param nodes N
 * @param network between them
 * @param memoryBytes of a node
 * @param flopsPerSecond that a node reaches in matrix products
 */
record Cluster(int nodes, Network network, double memoryBytes, double flopsPerSecond) {
  Cluster {
    Require.positive("nodes", nodes);
    Require.that(memoryBytes > 0, "memory must be above 0 but was %s", memoryBytes);
    Require.that(flopsPerSecond > 0, "gflops must be above 0 but was %s", flopsPerSecond);
  }

  Cluster withNodes(int other) {
    return new Cluster(other, network, memoryBytes, flopsPerSecond);
  }
}
