package io.github.moe4j.lab;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.lab.text.Batch;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** One shard of a training step: its forward pass, later its backward pass, and its measurements. */
final class Shard implements AutoCloseable {
  private final ByteLanguageModel.Pass pass;
  private final List<MoePass> layers;
  private long nanos;

  /** Runs the forward pass. */
  Shard(ByteLanguageModel model, Batch batch, RandomGenerator noise, long step) {
    long start = System.nanoTime();
    this.pass = model.train(batch, noise, step);
    this.layers = pass.moe();
    this.nanos = System.nanoTime() - start;
  }

  /** The passes of all layers with experts. */
  List<MoePass> layers() {
    return layers;
  }

  /**
   * Runs the backward pass.
   *
   * @param into gradients. Modified: the result is added.
   */
  void backward(Gradients into) {
    long start = System.nanoTime();
    pass.backward(into);
    nanos += System.nanoTime() - start;
  }

  /**
   * Runs the backward pass of a part of a batch.
   *
   * @param into gradients. Modified: the result is added.
   * @param ofTokens of the whole batch
   */
  void backward(Gradients into, int ofTokens) {
    long start = System.nanoTime();
    pass.backward(into, ofTokens);
    nanos += System.nanoTime() - start;
  }

  double bitsPerByte() {
    return pass.bitsPerByte();
  }

  /** Time of the stages of all layers. */
  StageTimes stages() {
    return layers.stream().map(MoePass::times).reduce(StageTimes.zero(), StageTimes::plus);
  }

  /** Time of both passes. */
  long nanos() {
    return nanos;
  }

  /** The load of the last layer, if there is one. */
  Optional<LoadStatistics> load() {
    return layers.isEmpty()
        ? Optional.empty()
        : Optional.of(layers.get(layers.size() - 1).load());
  }

  @Override
  public void close() {
    pass.close();
  }
}
