package io.github.moe4j.bench.distributed;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.parallel.net.SocketGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code distributed loss-rank}: a rank that exchanges until another one is lost, for {@link LossTime}. */
@Command(name = "loss-rank", hidden = true, description = "One rank of which one is killed.")
public final class LossRankCommand implements Callable<Integer> {
  /** Before the process id of a rank that exchanges. */
  static final String READY = "ready\t";

  /** What a rank prints that knows that another one was lost. */
  static final String LOST = "lost";

  @Spec
  private @Nullable CommandSpec spec;

  /** Called by picocli. */
  public LossRankCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (Group group = SocketGroup.fromEnvironment()) {
      group.barrier();
      out.println(READY + ProcessHandle.current().pid());
      while (true) {
        group.barrier();
      }
    } catch (GroupException e) {
      out.println(LOST);
      return ExitCode.OK;
    }
  }
}
