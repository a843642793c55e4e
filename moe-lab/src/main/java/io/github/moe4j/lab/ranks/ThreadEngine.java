package io.github.moe4j.lab.ranks;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import java.io.IOException;

/** Ranks as threads of this process. */
final class ThreadEngine implements RankEngine {
  @Override
  public String name() {
    return "threads";
  }

  @Override
  public void run(RankJob job) throws IOException {
    try {
      Group.threads(job.ranks(), job.timeout(), group -> {
        job.here().accept(group);
        return group.rank();
      });
    } catch (GroupException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
