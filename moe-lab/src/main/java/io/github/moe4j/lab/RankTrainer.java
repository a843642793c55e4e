package io.github.moe4j.lab;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.StageTimes;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.lab.ranks.MeteredGroup;
import io.github.moe4j.lab.ranks.RankSpread;
import io.github.moe4j.lab.ranks.Traffic;
import io.github.moe4j.lab.report.RankUse;
import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.Variant;
import io.github.moe4j.parallel.DataParallel;
import io.github.moe4j.parallel.GroupCounts;
import io.github.moe4j.parallel.Placement;
import io.github.moe4j.parallel.checkpoint.RankCheckpoints;
import io.github.moe4j.parallel.checkpoint.SavedRanks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The training of one variant on one rank of a group: its experts are spread over the ranks, and each rank takes its
 * part of every batch, in rank order. All methods but {@link #steps} are collective.
 *
 * <p>Routers and capacity rules decide over the tokens of a rank, and a balance loss is that of a rank weighted by
 * its share of the tokens. Rank 0 evaluates held-out text with the experts of all, so that result is that of one process;
 * the others wait for it after each part.
 */
final class RankTrainer extends Training {
  private final Split split;
  private final MeteredGroup group;
  private final List<Placement> placements;
  private final DataParallel parallel;
  private final Balancer balancer;
  private final ByteLanguageModel model;
  private final Optimizer optimizer;
  private final HeldOutText heldOutText;
  private final Gradients gradients;
  private final RestorableRandom batches;
  private final RestorableRandom noise;
  private final RankWork work = new RankWork();

  /**
   * A new model with its optimizer and balancer, untrained.
   *
   * @param workers in turn
   */
  RankTrainer(Variant variant, LabOptions options, Split split, Workers workers, Group ranks) {
    super(variant, options);
    this.split = split;
    this.group = new MeteredGroup(ranks);
    RankSpread spread = new RankSpread(group);
    LabModel created = LabModel.create(variant, options, spread);
    this.placements = spread.placements();
    this.parallel = DataParallel.of(group, paths());
    this.balancer = created.balancer();
    this.model = created.network();
    parallel.requireSame(model.parameters());
    WarmupCosine rate = new WarmupCosine(options.learningRate(), options.steps());
    this.optimizer =
        Optimizer.of(model.parameters(), new Nd4jAdam(), step -> rate.valueAt((int) step, 0));
    // A dense model has no collective of its own: without a barrier the others would wait for the
    // whole evaluation.
    this.heldOutText =
        new HeldOutText(model, options, split, workers, HELD_OUT_WINDOWS, group::barrier);
    this.gradients = model.parameters().zeroGradients();
    this.batches = RestorableRandom.ofSeed(options.seed());
    this.noise = batches.split();
  }

  /** Paths of the experts among the parameters, a layer each; none of a dense model. */
  private String[] paths() {
    String[] paths = new String[placements.size()];
    for (int i = 0; i < paths.length; i++) {
      paths[i] = "block." + i + ".feedForward.experts";
    }
    return paths;
  }

  @Override
  double trainStep() {
    Traffic before = group.traffic();
    Batch batch =
        split.train().batch(batches, options().batch(), options().model().sequence());
    long start = System.nanoTime();
    int tokens = batch.tokens().length;
    Batch own = batch.slice(firstRow(group.rank()), firstRow(group.rank() + 1));
    GroupCounts sums = new GroupCounts(group);
    double bits;
    StageTimes stages;
    try (Shard shard = new Shard(model, own, ownNoise(), steps())) {
      balancer.balance(shard.layers(), (double) own.tokens().length / tokens);
      shard.backward(gradients, tokens);
      double ofRank = own.rows() == 0 ? 0 : shard.bitsPerByte() * own.tokens().length;
      bits = sums.sum(new double[] {ofRank})[0] / tokens;
      shard.load().map(sums::sum).ifPresent(load -> {
        log().passed(load);
        work.add(load);
      });
      stages = shard.stages();
    }
    parallel.reduce(gradients);
    parallel.clipByGlobalNorm(gradients, MAX_NORM);
    optimizer.step(gradients);
    balancer.step();
    long nanos = System.nanoTime() - start;
    log().stepped(bits);
    log().timed(nanos, stages, nanos);
    work.add(group.traffic().since(before), nanos);
    return bits;
  }

  private int firstRow(int rank) {
    return (int) ((long) options().batch() * rank / group.size());
  }

  /** The generator of this rank for a step; that of all ranks moves on equally. */
  private RestorableRandom ownNoise() {
    RestorableRandom own = noise;
    for (int r = 0; r < group.size(); r++) {
      RestorableRandom ofRank = noise.split();
      own = r == group.rank() ? ofRank : own;
    }
    return own;
  }

  @Override
  HeldOutText.Evaluation evaluate() {
    return group.rank() == 0 ? heldOutText.evaluate() : heldOutText.attend();
  }

  @Override
  void trace(Path file) throws IOException {
    if (group.rank() == 0) {
      heldOutText.trace(file);
    } else {
      heldOutText.attend();
    }
  }

  @Override
  ParameterCounts parameters() {
    ParameterCounts own = ParameterCounts.of(model.parameters());
    long experts = 0;
    for (long[] ofRank : group.allGather(own.experts())) {
      experts += ofRank[0];
    }
    return new ParameterCounts(own.others(), placements.isEmpty() ? own.experts() : experts);
  }

  @Override
  List<RankUse> ranks() {
    return work.ofRanks(group, placements);
  }

  @Override
  boolean holds(boolean here) {
    boolean any = false;
    for (long[] ofRank : group.allGather(here ? 1 : 0)) {
      any |= ofRank[0] == 1;
    }
    return any;
  }

  /** Saves the state of all ranks in a folder. */
  void save(Path folder) throws IOException {
    Checkpoint.Builder all = Checkpoint.builder().parameters("model", model.parameters());
    optimizer.addTo(all, "optimizer");
    balancer.addTo(all, "balance");
    batches.addTo(all, "batches");
    noise.addTo(all, "noise");
    log().addTo(all, "log");
    work.addTo(all, "work");
    checkpoints(folder).save(steps(), all);
  }

  /** Restores a saved state of the same variant and options, of any number of ranks. */
  void restore(Path folder) throws IOException {
    SavedRanks saved = checkpoints(folder).load();
    try {
      restore(saved);
    } catch (IllegalArgumentException e) {
      throw new IOException(folder + ": " + e.getMessage(), e);
    }
  }

  private void restore(SavedRanks saved) {
    Checkpoint state = saved.checkpoint();
    state.into("model", model.parameters());
    optimizer.restore(state, "optimizer");
    balancer.restore(state, "balance");
    batches.restore(state, "batches");
    noise.restore(state, "noise");
    log().restore(saved.ofRank(0), "log"); // that of the report
    if (saved.ranks() == group.size()) {
      work.restore(state, "work");
    }
    continueAt(saved.step());
  }

  private RankCheckpoints checkpoints(Path folder) {
    RankCheckpoints.Builder builder = RankCheckpoints.builder(group, folder)
        .model("%s with seed %d for %d steps"
            .formatted(variant().name(), options().seed(), options().steps()))
        .ofRank("log")
        .ofRank("work");
    String[] paths = paths();
    for (int i = 0; i < paths.length; i++) {
      builder.experts(paths[i], placements.get(i));
    }
    return builder.build();
  }
}
