package io.github.moe4j.lab.ranks;

import io.github.moe4j.balance.CountReducer;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertsProvider;

/** Where the experts of a model are, and whose tokens balance it. */
public interface Spread {
  /** The experts of the next layer; the same seed gives the same bits. */
  Experts experts(ExpertsProvider kind, ExpertOptions options, long seed);

  /** Adds the counts, and what controllers observed, of all who train the model. */
  CountReducer counts();

  /** All in one process. */
  static Spread none() {
    return OneProcess.INSTANCE;
  }
}
