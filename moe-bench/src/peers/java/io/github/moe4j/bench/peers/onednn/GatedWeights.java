package io.github.moe4j.bench.peers.onednn;

import org.bytedeco.dnnl.memory;

/**
 * The packed weights of an expert.
 *
 * @param gate of D inputs and H outputs
 * @param up of D inputs and H outputs
 * @param down of H inputs and D outputs
 */
record GatedWeights(memory gate, memory up, memory down) implements AutoCloseable {
  @Override
  public void close() {
    gate.close();
    up.close();
    down.close();
  }
}
