package io.github.moe4j.bench.distributed;

import io.github.moe4j.lab.ranks.RankProgram;
import io.github.moe4j.spark.RankBody;
import io.github.moe4j.spark.SparkRank;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link RankProgram} as what a rank does on Spark.
 *
 * @param program name of its class
 * @param arguments of the program
 * @param host of the relay for the lines of rank 0
 * @param port of the relay
 * @param token of the relay
 */
record SparkProgramBody(
    String program, ArrayList<String> arguments, String host, int port, String token)
    implements RankBody<Integer> {
  @Override
  public Integer run(SparkRank rank) throws Exception {
    RankProgram made = (RankProgram) Class.forName(program).getConstructor().newInstance();
    try (PrintWriter out = rank.group().rank() == 0
        ? LineRelay.connect(host, port, token)
        : new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      made.run(rank.group(), List.copyOf(arguments), out);
    }
    return rank.group().rank();
  }
}
