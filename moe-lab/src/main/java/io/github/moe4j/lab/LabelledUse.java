package io.github.moe4j.lab;

import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts expert usage on held-out data whose tokens may have labels; starts anew after each training step. */
final class LabelledUse {
  private final int labels;
  private UseCounter counter;
  private boolean trained;

  /**
   * An empty count.
   *
   * @param labels how many there are; 0 without labels
   */
  LabelledUse(int labels) {
    this.labels = labels;
    this.counter = new UseCounter(labels, 0);
  }

  /** Called after a training step: later counts belong to another state of the model. */
  void trained() {
    trained = true;
  }

  void clear() {
    counter = new UseCounter(labels, 0);
    trained = false;
  }

  /** The counts. */
  UseCounter counter() {
    return counter;
  }

  /**
   * Adds the passes of all layers over a batch.
   *
   * @param passes at least one
   * @param given [T] label of each token of the last layer, or -1; null if there are none. Not modified.
   * @param run for errors
   */
  void add(List<MoePass> passes, int @Nullable [] given, Object run) {
    RouterDecision last = passes.get(passes.size() - 1).decision();
    int[] none = new int[last.tokens()];
    Arrays.fill(none, -1);
    if (given != null) {
      require(last, given, run);
    }
    if (trained) {
      clear();
    }
    counter.add(passes, given == null ? none : given, none);
  }

  private void require(RouterDecision decision, int[] given, Object run) {
    Require.that(
        labels > 0, "labels need names, from LabRecorder.Builder.labels, but %s has none", run);
    Require.that(
        given.length == decision.tokens(),
        "labels must be [%d], one a token of the last layer, but were [%d] in %s",
        decision.tokens(),
        given.length,
        run);
    for (int t = 0; t < given.length; t++) {
      Require.that(
          !decision.mask().valid(t) || given[t] >= -1 && given[t] < labels,
          "label of token %d must be in [-1, %d) but was %d in %s",
          t,
          labels,
          given[t],
          run);
    }
  }
}
