package io.github.moe4j.parallel.checkpoint;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.FileErrors;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.parallel.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The state of a training over ranks in a folder, as one whole: a part of each rank and a manifest. Experts are saved by
 * their global numbers, each once, replicated state once, so that it loads on any number of ranks and any placement.
 *
 * <pre>{@code
 * RankCheckpoints checkpoints = RankCheckpoints.builder(group, folder)
 *     .experts("experts", placement) // layer.experts.…, optimizer.state.experts.…
 *     .ofRank("random")              // each rank has its own
 *     .build();
 * Checkpoint.Builder all = Checkpoint.builder().parameters("layer", layer.parameters());
 * optimizer.addTo(all, "optimizer");
 * random.addTo(all, "random");
 * checkpoints.save(step, all);
 * …
 * SavedRanks saved = checkpoints.load();
 * saved.checkpoint().into("layer", layer.parameters());
 * optimizer.restore(saved.checkpoint(), "optimizer");
 * saved.restoreRandom(random, "random");
 * }</pre>
 *
 * <p>All ranks read and write the same folder, in which one training is. A save writes new parts beside the old ones,
 * then replaces the manifest in one step, and only then deletes the old parts: a crash at any moment leaves the old whole
 * or the new one. Ranks that hang in a save must have ended before the training is started again.
 */
public final class RankCheckpoints {
  private final Group group;
  private final Path folder;
  private final String model;
  private final EntryPlan plan;

  private RankCheckpoints(Builder builder) {
    this.group = builder.group;
    this.folder = builder.folder;
    this.model = builder.model;
    this.plan = new EntryPlan(group.rank(), builder.experts, builder.ofRank);
  }

  /**
   * Starts the description of a training's state.
   *
   * @param folder made by the first save
   */
  public static Builder builder(Group group, Path folder) {
    return new Builder(group, folder);
  }

  /** Whether a folder has a checkpoint over ranks, whole or not, as this rank sees it: ranks must agree before they load. */
  public static boolean isIn(Path folder) {
    return !Files.notExists(folder.resolve(Manifest.NAME));
  }

  /**
   * Deletes the checkpoint in a folder, its manifest first, with what killed saves left of one, and leaves other files.
   * Not collective: called by one rank.
   *
   * @throws IOException if a file cannot be deleted
   */
  public static void delete(Path folder) throws IOException {
    ReplacedFile.delete(folder.resolve(Manifest.NAME));
    Part.deleteAll(folder);
  }

  /** Collects what the state is made of; not thread-safe. */
  public static final class Builder {
    private final Group group;
    private final Path folder;
    private final Map<String, Placement> experts = new LinkedHashMap<>();
    private final Set<String> ofRank = new LinkedHashSet<>();
    private String model = "";

    private Builder(Group group, Path folder) {
      this.group = group;
      this.folder = folder;
    }

    /**
     * Adds experts that are spread over the ranks: all entries whose names contain the path, whose first axis must be
     * that of this rank's experts. So it is with parameters, moments of {@code UpdateRule}s and the steps of {@code
     * perExpert}, but not with the state of ND4J's updaters, which is refused.
     *
     * @param path of the experts among the parameters, such as {@code block.0.moe.experts}, as in {@code DataParallel};
     *     of experts with something replicated around them, such as a norm, the path of each stack
     * @param placement over the ranks of the group
     * @throws IllegalArgumentException if the placement is over other ranks, or a path contains the other
     */
    public Builder experts(String path, Placement placement) {
      Require.that(
          placement.ranks() == group.size(),
          "placement of %s must be over the %d ranks of the group but was over %d",
          path,
          group.size(),
          placement.ranks());
      for (String other : experts.keySet()) {
        Require.that(
            !EntryPlan.contains(path, other) && !EntryPlan.contains(other, path),
            "paths of experts must not contain each other but were %s and %s",
            other,
            path);
      }
      experts.put(path, placement);
      return this;
    }

    /** Adds a path of entries that each rank has for itself, such as the state of its generator. */
    public Builder ofRank(String path) {
      ofRank.add(path);
      return this;
    }

    /** What is trained, in one line; checkpoints of another are refused. Empty by default. */
    public Builder model(String text) {
      model = text;
      return this;
    }

    /** The checkpoints. */
    public RankCheckpoints build() {
      return new RankCheckpoints(this);
    }
  }

  /**
   * Saves the state between two steps, in place of the older one. Collective.
   *
   * @param step optimizer steps done, equal on all ranks
   * @param state of this rank, by the same names on all ranks but for experts and what each has for itself. Not modified.
   * @throws IOException on all ranks, if one could not save, its steps or its replicated state differ, or the folder is
   *     not one; the message names the rank and the older checkpoint stays
   */
  public void save(long step, Checkpoint.Builder state) throws IOException {
    long drawn = ThreadLocalRandom.current().nextLong(); // a name, not a number of the training
    PartName name = new PartName(step, group.allGather(drawn)[0][0], group.rank());
    Agreement agreement = new Agreement(group, IOException::new);
    long[] replicated = new long[1];
    agreement.require(() -> {
      Require.that(step >= 0, "step must be at least 0 but was %d", step);
      replicated[0] = plan.checksumOfReplicated(state);
    });
    requireSame(group.allGather(step, replicated[0]));
    Part part = new Part(folder, name);
    try {
      write(part, state, agreement);
    } catch (IOException e) {
      part.deleteUnless(folder, name);
      throw e;
    }
    if (group.rank() == 0) {
      Part.deleteOthers(folder, name);
    }
    group.barrier(); // the next save must not write while old parts are looked for
  }

  /** The parts, and then the manifest that makes them one. */
  private void write(Part part, Checkpoint.Builder state, Agreement agreement) throws IOException {
    PartSize[] written = {new PartSize(0, 0)};
    agreement.require(() -> {
      FileErrors.createFolders(folder);
      written[0] = part.write(plan.split(state));
    });
    long[][] sizes = group.allGather(written[0].bytes(), written[0].checksum());
    agreement.require(() -> {
      if (group.rank() == 0) {
        Manifest manifest = Manifest.of(part.name(), model, plan.experts(), sizes);
        manifest.requireParts(folder);
        manifest.write(folder);
      }
    });
  }

  private static void requireSame(long[][] all) throws IOException {
    for (int r = 1; r < all.length; r++) {
      if (all[r][0] != all[0][0]) {
        throw new IOException("all ranks must save the same step but ranks 0 and %d save %d and %d"
            .formatted(r, all[0][0], all[r][0]));
      }
      if (all[r][1] != all[0][1]) {
        throw new IOException(
            "replicated state must be the same on all ranks but that of rank %d differs from that of rank 0"
                .formatted(r));
      }
    }
  }

  /**
   * Loads the state for this rank. Collective: together the ranks check every byte. Nothing is changed by it.
   *
   * @return the state by the names under which it was saved, with the experts of this rank
   * @throws IOException on all ranks, if there is none, a part is missing, damaged or of another save, or it is of
   *     another model; the message names the part
   */
  public SavedRanks load() throws IOException {
    SavedRanks[] loaded = new SavedRanks[1];
    new Agreement(group, CheckpointException::new)
        .require(() -> loaded[0] = new Loading(folder, group, model, plan).load());
    SavedRanks own = Objects.requireNonNull(loaded[0]);
    long[][] all = group.allGather(own.step(), own.save());
    for (int r = 1; r < all.length; r++) {
      if (all[r][1] != all[0][1]) {
        throw new IOException(
            "all ranks must load one checkpoint but ranks 0 and %d loaded those of steps %d and %d: their folders differ"
                .formatted(r, all[0][0], all[r][0]));
      }
    }
    return own;
  }
}
