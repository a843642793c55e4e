package io.github.moe4j.parallel.checkpoint;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.random.RestorableRandom;
import java.util.List;

/** A state that was loaded for one rank. Immutable. */
public final class SavedRanks {
  private final long step;
  private final long save;
  private final Checkpoint checkpoint;
  private final List<Checkpoint> ofRanks;
  private final int rank;

  SavedRanks(long step, long save, Checkpoint checkpoint, List<Checkpoint> ofRanks, int rank) {
    this.step = step;
    this.save = save;
    this.checkpoint = checkpoint;
    this.ofRanks = List.copyOf(ofRanks);
    this.rank = rank;
  }

  /** Optimizer steps done. */
  public long step() {
    return step;
  }

  long save() {
    return save;
  }

  /** Number of ranks that saved it. */
  public int ranks() {
    return ofRanks.size();
  }

  /**
   * The state by the names under which it was saved, with the experts that this rank has now. What each rank has for
   * itself is in it only if as many ranks saved it.
   */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /**
   * What a rank had for itself, by the names under which it was saved.
   *
   * @param saved in [0, {@link #ranks})
   */
  public Checkpoint ofRank(int saved) {
    Require.that(
        saved >= 0 && saved < ranks(), "rank must be in [0, %d) but was %d", ranks(), saved);
    return ofRanks.get(saved);
  }

  /**
   * Restores the generator that each rank has for itself. A rank whose number none had before takes the generator that
   * rank r mod N had, split r div N times, N ranks having saved it: the same in every run.
   *
   * @param random modified
   * @param path under which it was saved
   */
  public void restoreRandom(RestorableRandom random, String path) {
    random.restore(ofRank(rank % ranks()), path);
    for (int i = 0; i < rank / ranks(); i++) {
      Checkpoint.Builder split = Checkpoint.builder();
      random.split().addTo(split, path);
      random.restore(split.build(), path);
    }
  }
}
