package io.github.moe4j.lab;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.lab.ranks.Spread;
import io.github.moe4j.lab.report.RankUse;
import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.Variant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.nd4j.linalg.learning.config.Adam;

/** Trains one variant and measures it. All variants see the same batches in the same order. */
public final class Trainer extends Training {
  private final Split split;
  private final Balancer balancer;
  private final ByteLanguageModel model;
  private final Optimizer optimizer;
  private final Workers workers;
  private final HeldOutText heldOutText;
  private final List<Gradients> gradients = new ArrayList<>();
  private final RestorableRandom batches;
  private final RestorableRandom noise;

  /**
   * A new model with its optimizer and balancer, untrained.
   *
   * @param split text to train on and held-out text
   * @param workers run the shards of a step and the parts of an evaluation
   */
  public Trainer(Variant variant, LabOptions options, Split split, Workers workers) {
    super(variant, options);
    this.split = split;
    LabModel created = LabModel.create(variant, options, Spread.none());
    this.balancer = created.balancer();
    this.model = created.network();
    Adam adam = new Adam(options.learningRate());
    adam.setLrAndSchedule(Double.NaN, new WarmupCosine(options.learningRate(), options.steps()));
    this.optimizer = Optimizer.of(model.parameters(), adam);
    this.workers = workers;
    this.heldOutText = new HeldOutText(model, options, split, workers, HELD_OUT_WINDOWS);
    for (int i = 0; i < options.shards(); i++) {
      gradients.add(model.parameters().zeroGradients());
    }
    this.batches = RestorableRandom.ofSeed(options.seed());
    this.noise = batches.split();
  }

  /**
   * One optimizer step. Shards of the batch are micro-batches that run concurrently, each with its own gradients;
   * capacity sees one shard, and so do most balance losses.
   */
  @Override
  double trainStep() {
    Batch batch =
        split.train().batch(batches, options().batch(), options().model().sequence());
    long start = System.nanoTime();
    int count = gradients.size();
    int rows = batch.rows() / count;
    List<RestorableRandom> noises = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      noises.add(noise.split());
    }
    Shard[] begun = new Shard[count];
    List<Shard> shards;
    long balanceNanos = 0;
    try {
      shards = workers.map(count, i -> {
        Batch part = batch.slice(i * rows, (i + 1) * rows);
        begun[i] = new Shard(model, part, noises.get(i), steps());
        return begun[i];
      });
      long forward = System.nanoTime();
      balancer.balanceAll(shards.stream().map(Shard::layers).toList());
      balanceNanos = System.nanoTime() - forward;
      workers.map(count, i -> {
        shards.get(i).backward(gradients.get(i));
        return i;
      });
    } finally {
      Stream.of(begun).filter(Objects::nonNull).forEach(Shard::close);
    }
    long update = System.nanoTime();
    Gradients sum = gradients.get(0);
    for (Gradients other : gradients.subList(1, count)) {
      sum.add(other);
      other.zero();
    }
    sum.scale(1.0 / count);
    sum.clipByGlobalNorm(MAX_NORM);
    optimizer.step(sum);
    balancer.step();
    long end = System.nanoTime();
    double bits = 0;
    StageTimes stages = StageTimes.zero();
    long work = (end - update + balanceNanos) * count;
    for (Shard shard : shards) {
      bits += shard.bitsPerByte() / count;
      stages = stages.plus(shard.stages());
      work += shard.nanos();
      shard.load().ifPresent(log()::passed);
    }
    log().stepped(bits);
    log().timed(end - start, stages, work);
    return bits;
  }

  @Override
  HeldOutText.Evaluation evaluate() {
    return heldOutText.evaluate();
  }

  @Override
  ParameterCounts parameters() {
    return ParameterCounts.of(model.parameters());
  }

  @Override
  List<RankUse> ranks() {
    return List.of();
  }

  @Override
  boolean holds(boolean here) {
    return here;
  }

  /**
   * The result on held-out text.
   *
   * @param bitsPerByte loss
   * @param load what the experts of each layer did
   */
  public record HeldOut(double bitsPerByte, List<LoadStatistics> load) {}

  /** Evaluates the model in its current state on held-out text. */
  public HeldOut heldOut() {
    HeldOutText.Evaluation all = heldOutText.evaluate();
    return new HeldOut(all.bitsPerByte(), all.use().load());
  }

  @Override
  void trace(Path file) throws IOException {
    heldOutText.trace(file);
  }

  /** The whole training state, from which training resumes with the same numbers. */
  Checkpoint.Builder state() {
    Checkpoint.Builder all = Checkpoint.builder().parameters("model", model.parameters());
    optimizer.addTo(all, "optimizer");
    balancer.addTo(all, "balance");
    batches.addTo(all, "batches");
    noise.addTo(all, "noise");
    log().addTo(all, "log");
    return all.longs("step", steps());
  }

  /** Restores a {@link #state} of the same variant and options. */
  void restore(Checkpoint saved) {
    saved.into("model", model.parameters());
    optimizer.restore(saved, "optimizer");
    balancer.restore(saved, "balance");
    batches.restore(saved, "batches");
    noise.restore(saved, "noise");
    log().restore(saved, "log");
    continueAt(saved.number("step"));
  }
}
