package io.github.moe4j.bench.plan;

/**
 * Memory, traffic and time of a step on a cluster: experts over as many nodes as the number of nodes and of experts
 * allow, each group of them a replica, everything else replicated. Nothing overlaps.
 *
 * @param cluster the nodes
 * @param work of each
 */
record Plan(Cluster cluster, Workload work) {
  /** What a plan is limited by. */
  enum Limit {
    MEMORY,
    PRODUCTS,
    EXCHANGE,
    GRADIENTS;

    String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Ranks over which the experts are spread: the largest divisor of N that is at most E. */
  int expertRanks() {
    int ranks = Math.min(cluster.nodes(), work.experts());
    while (cluster.nodes() % ranks != 0) {
      ranks--;
    }
    return ranks;
  }

  /** Nodes with the same experts. */
  int replicas() {
    return cluster.nodes() / expertRanks();
  }

  /** Experts of a layer on the node that has the most. */
  int expertsPerNode() {
    return (work.experts() + expertRanks() - 1) / expertRanks();
  }

  /** Bytes of the experts' weights, gradients and moments on a node. */
  double expertBytes() {
    return expertsPerNode() * work.expertParameters() * work.stateBytes();
  }

  /** Bytes of everything else. */
  double replicatedBytes() {
    return work.replicatedParameters() * work.stateBytes();
  }

  /** Bytes that a step keeps for the backward. */
  double activationBytes() {
    return work.activationBytes(expertRanks());
  }

  double memoryBytes() {
    return expertBytes() + replicatedBytes() + activationBytes();
  }

  boolean fits() {
    return memoryBytes() <= cluster.memoryBytes();
  }

  /** Bytes of rows out of a node in a step. */
  double exchangeBytes() {
    return work.exchanges() * work.traffic(expertRanks()).bytes();
  }

  /** Bytes of gradients out of a node in a step: reduce-scatter and all-gather, {@code 2·(N−1)/N} of each. */
  double gradientBytes() {
    if (!work.training()) {
      return 0;
    }
    double bytes = work.type().bytes(1);
    return ring(cluster.nodes()) * work.replicatedParameters() * bytes
        + ring(replicas()) * expertsPerNode() * work.expertParameters() * bytes;
  }

  private static double ring(int ranks) {
    return 2 * (ranks - 1.0) / ranks;
  }

  double productSeconds() {
    return work.flops(expertRanks()) / cluster.flopsPerSecond();
  }

  /** Of the rows, and of their numbers, which are gathered once a layer. */
  double exchangeSeconds() {
    Network network = cluster.network();
    double rows = work.traffic(expertRanks()).bytes() * work.imbalance();
    return work.exchanges() * network.seconds(rows, expertRanks())
        + work.architecture().sparseLayers() * network.seconds(0, expertRanks());
  }

  double gradientSeconds() {
    return work.training() ? cluster.network().seconds(gradientBytes(), cluster.nodes()) : 0;
  }

  double stepSeconds() {
    return productSeconds() + exchangeSeconds() + gradientSeconds();
  }

  /** Of all nodes. */
  double tokensPerSecond() {
    return cluster.nodes() * work.tokens() / stepSeconds();
  }

  Limit limit() {
    if (!fits()) {
      return Limit.MEMORY;
    }
    double most = Math.max(productSeconds(), Math.max(exchangeSeconds(), gradientSeconds()));
    if (most == productSeconds()) {
      return Limit.PRODUCTS;
    }
    return most == exchangeSeconds() ? Limit.EXCHANGE : Limit.GRADIENTS;
  }
}
