package io.github.moe4j.bench.distributed;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.parallel.net.SocketGroup;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code distributed bench-rank}: one rank of {@code distributed bench}, which starts it. */
@Command(name = "bench-rank", hidden = true, description = "One rank of a benchmark.")
public final class BenchRankCommand implements Callable<Integer> {
  /** Before a measurement that has ended. */
  static final String STEP = "step\t";

  /** Before the result of rank 0, in JSON. */
  static final String RESULT = "result\t";

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--kib", split = ",", required = true)
  private int[] kibibytes = {};

  @Option(names = "--rounds", required = true)
  private int rounds;

  @Option(names = "--shapes", split = ",")
  private List<String> shapes = List.of();

  /** Called by picocli. */
  public BenchRankCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (Group group = SocketGroup.fromEnvironment()) {
      List<TransferTime> transfers = new ArrayList<>();
      for (int size : kibibytes) {
        transfers.addAll(new Transfers(group, rounds).measure(1024L * size));
        out.println(STEP + size + " KiB");
      }
      List<RankedLayerTime> layers = new ArrayList<>();
      for (LayerShape shape : shapes.stream().map(LayerShape::named).toList()) {
        for (boolean training : new boolean[] {false, true}) {
          layers.add(new RankedLayer(group, rounds).measure(shape, training));
          out.println(STEP + shape.name());
        }
      }
      if (group.rank() == 0) {
        BenchResult result = new BenchResult(group.size(), transfers, layers, List.of());
        out.println(RESULT + new ObjectMapper().writeValueAsString(result));
      }
      group.barrier();
    }
    out.flush();
    return ExitCode.OK;
  }
}
