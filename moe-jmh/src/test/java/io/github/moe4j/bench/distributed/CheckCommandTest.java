package io.github.moe4j.bench.distributed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.bench.Main;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... args) {
    return Main.run(Main.commandLine(new PrintWriter(out, true), new PrintWriter(err, true)), args);
  }

  @ParameterizedTest
  @CsvSource({"1,threads", "3,threads", "5,threads", "2,processes", "2,spark"})
  void check_ranks_allEqual(int ranks, String engine) {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
    assumeTrue(!engine.equals("spark") || System.getenv("SPARK_HOME") != null, "no Spark here");

    int code = execute(
        "distributed",
        "check",
        "--ranks",
        String.valueOf(ranks),
        "--engine",
        engine,
        "--steps",
        "3",
        "--experts",
        "4");

    // in each step y and dx of every rank, the router, and three parameters of four experts
    int all = 3 * (2 * ranks + 1 + 3 * 4);
    String last = out.toString().lines().reduce((a, b) -> b).orElse("");
    assertEquals("equal: %d of %1$d".formatted(all), last, out + "" + err);
    assertEquals(0, code);
  }

  @Test
  void check_sparkWithoutSpark_errorSaysHowToGetIt(@TempDir Path folder) {
    int code =
        execute("distributed", "check", "--engine", "spark", "--spark-home", folder.toString());

    assertEquals(2, code);
    assertEquals(
        "check: the folder of Spark must have jars/spark-core_*.jar but %s has not: take an unpacked Apache Spark 4.2, or what mvn -f moe-spark/spark-home/pom.xml package makes in moe-spark/spark-home/target/spark"
            .formatted(folder),
        err.toString().strip());
  }

  @Test
  void check_noRanks_wrongUsage() {
    assertEquals(2, execute("distributed", "check", "--ranks", "0"));
    assertEquals("check: ranks must be at least 1 but was 0", err.toString().strip());
  }

  @Test
  void comparison_oneDiffersOneMissing_bothNamed() {
    Comparison comparison =
        Comparison.of(Map.of("a", 1L, "b", 2L, "c", 3L), Map.of("a", 1L, "b", 4L));

    assertEquals(1, comparison.equal());
    assertEquals(List.of("b", "c"), comparison.differing().stream().sorted().toList());
  }
}
