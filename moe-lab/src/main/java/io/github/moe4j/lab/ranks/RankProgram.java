package io.github.moe4j.lab.ranks;

import io.github.moe4j.core.group.Group;
import java.io.PrintWriter;
import java.util.List;

/** What each rank of a job does where it is neither a thread of the process that started it nor can get objects of it. */
@FunctionalInterface
public interface RankProgram {
  /**
   * Does it; collective.
   *
   * @param group closed by the caller
   * @param arguments of the job, the same for all ranks
   * @param out what rank 0 prints is passed to the job
   */
  void run(Group group, List<String> arguments, PrintWriter out);
}
