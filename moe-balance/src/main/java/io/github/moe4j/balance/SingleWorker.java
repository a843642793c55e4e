package io.github.moe4j.balance;

/** The reducer of one worker. */
enum SingleWorker implements CountReducer {
  INSTANCE;

  @Override
  public ExpertCounts sum(int layer, ExpertCounts own) {
    return own;
  }
}
