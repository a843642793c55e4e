package io.github.moe4j.core.internal.watch;

/**
 * The events of one direction of a pass, one a stage. While no recording wants any of them, all
 * passes share one object that does nothing.
 */
public final class PassEvents {
  /** Never committed: they only know whether a recording wants their kind. */
  private static final RouteEvent ROUTE = new RouteEvent();

  private static final DispatchEvent DISPATCH = new DispatchEvent();
  private static final ExpertsEvent EXPERTS = new ExpertsEvent();
  private static final CombineEvent COMBINE = new CombineEvent();
  private static final PassEvents UNWANTED = new PassEvents(false);

  private final boolean backward;
  private final StageEvent[] stages;
  private int current;

  private PassEvents(boolean backward, StageEvent... stages) {
    this.backward = backward;
    this.stages = stages;
    if (stages.length > 0) {
      stages[0].begin();
    }
  }

  /** Begins with routing. */
  public static PassEvents forward() {
    return anyWanted()
        ? new PassEvents(
            false, new RouteEvent(), new DispatchEvent(), new ExpertsEvent(), new CombineEvent())
        : UNWANTED;
  }

  /** Begins with combine and ends with routing. */
  public static PassEvents backward() {
    return anyWanted()
        ? new PassEvents(
            true, new CombineEvent(), new ExpertsEvent(), new DispatchEvent(), new RouteEvent())
        : UNWANTED;
  }

  private static boolean anyWanted() {
    return ROUTE.isEnabled() || DISPATCH.isEnabled() || EXPERTS.isEnabled() || COMBINE.isEnabled();
  }

  /** Whether {@link #commit} does anything. */
  public boolean wanted() {
    return stages.length > 0;
  }

  /** Ends the stage under way and begins the next one, if there is one. */
  public void next() {
    if (current < stages.length) {
      stages[current++].end();
      if (current < stages.length) {
        stages[current].begin();
      }
    }
  }

  /**
   * Commits the events.
   *
   * @param tokens real tokens
   * @param assigned assignments of each expert before dropping [E]. Not modified.
   * @param expertHits uses of experts that were in memory
   * @param expertMisses uses of experts that had to be read first
   */
  public void commit(
      String layer, int tokens, int[] assigned, int dropped, int expertHits, int expertMisses) {
    int hit = 0;
    int most = 0;
    long sum = 0;
    for (int n : assigned) {
      hit += n > 0 ? 1 : 0;
      most = Math.max(most, n);
      sum += n;
    }
    double overMean = sum == 0 ? 0 : most * (double) assigned.length / sum;
    for (StageEvent stage : stages) {
      if (stage.shouldCommit()) {
        stage.layer = layer;
        stage.backward = backward;
        stage.tokens = tokens;
        stage.expertsHit = hit;
        stage.dropped = dropped;
        stage.mostLoadedOverMean = overMean;
        stage.expertHits = expertHits;
        stage.expertMisses = expertMisses;
        stage.commit();
      }
    }
  }
}
