package io.github.moe4j.lab.ranks;

import io.github.moe4j.balance.CountReducer;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertsProvider;

/** A model in one process. */
enum OneProcess implements Spread {
  INSTANCE;

  @Override
  public Experts experts(ExpertsProvider kind, ExpertOptions options, long seed) {
    return kind.create(options, seed);
  }

  @Override
  public CountReducer counts() {
    return CountReducer.single();
  }
}
