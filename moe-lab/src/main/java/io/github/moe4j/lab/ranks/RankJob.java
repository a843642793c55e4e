package io.github.moe4j.lab.ranks;

import io.github.moe4j.core.group.Group;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * What each of N ranks does, in this process or another.
 *
 * @param ranks number of ranks N
 * @param timeout how long a rank waits for another within one operation
 * @param here what a rank does if it is a thread of this process
 * @param program does the same elsewhere; has a public constructor without parameters
 * @param arguments of the program, the same for all ranks
 * @param lines gets what rank 0 prints there, line by line
 */
public record RankJob(
    int ranks,
    Duration timeout,
    Consumer<Group> here,
    Class<? extends RankProgram> program,
    List<String> arguments,
    Consumer<String> lines) {
  /** Copies. */
  public RankJob {
    arguments = List.copyOf(arguments);
  }
}
