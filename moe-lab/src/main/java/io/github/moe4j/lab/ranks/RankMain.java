package io.github.moe4j.lab.ranks;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.parallel.net.SocketGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** One rank in a process of its own: runs the {@link RankProgram} that the first argument names. */
final class RankMain {
  private RankMain() {}

  /** Connects as the environment says. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    int code = 0;
    try {
      RankProgram program =
          (RankProgram) Class.forName(args[0]).getConstructor().newInstance();
      run(program, List.of(Arrays.copyOfRange(args, 1, args.length)), out);
    } catch (IOException | ReflectiveOperationException | RuntimeException | Error e) {
      out.println(
          e.getMessage() == null ? e.toString() : e.getMessage()); // the last line is reported
      code = 1;
    }
    System.exit(code);
  }

  private static void run(RankProgram program, List<String> arguments, PrintWriter out)
      throws IOException {
    try (Group group = SocketGroup.fromEnvironment()) {
      try {
        program.run(group, arguments, out);
      } catch (RuntimeException | Error e) {
        group.abort(e); // the other ranks wait for this one
        throw e;
      }
    }
  }
}
