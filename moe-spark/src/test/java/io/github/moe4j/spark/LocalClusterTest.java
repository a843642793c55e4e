package io.github.moe4j.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ranks in executors, processes of their own, with Spark's own master and workers in this JVM. */
@Tag("spark-cluster")
@EnabledOnOs({OS.LINUX, OS.MAC})
class LocalClusterTest {
  private static JavaSparkContext context;

  @BeforeAll
  static void start() throws IOException {
    // Executors have the class path of this JVM; Spark only wants the folder to be there.
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    SparkConf conf = TestContext.conf("local-cluster[2,1,512]")
        .set("spark.executor.memory", "512m")
        .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        .set("spark.executor.extraJavaOptions", "-Dmoe4j.maxArrayBytes=512m");
    if (Kernels.chosen().isEmpty()) {
      conf.set("spark.executor.extraJavaOptions", "-Dmoe4j.kernels=blas");
    }
    context = new JavaSparkContext(conf);
  }

  @AfterAll
  static void stop() {
    context.stop();
  }

  @Test
  void run_twoExecutors_processesOfTheirOwn() {
    List<Long> processes = SparkRanks.of(context, 2).run(rank -> {
      rank.group().barrier();
      return ProcessHandle.current().pid();
    });

    assertEquals(2, processes.stream().distinct().count(), processes.toString());
    assertTrue(!processes.contains(ProcessHandle.current().pid()), processes.toString());
  }

  @Test
  void run_expertParallelLayer_bitsOfOneProcess() throws Exception {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
    List<int[][]> one = List.<int[][]>of(SmallTraining.of(1).run(Group.single(), 0));

    List<int[][]> results = SparkRanks.of(context, 2).run(SmallTraining.of(1));

    assertEquals(SmallTraining.joined(one), SmallTraining.joined(results));
  }

  @Test
  void run_jvmOfRankKilled_secondAttemptEndsWithBitsOfUnbrokenRun(@TempDir Path folder) {
    List<int[][]> unbroken = Group.threads(2, Duration.ofMinutes(1), group -> train(group, 6));

    List<int[][]> results = SparkRanks.of(context, 2)
        .with(SparkOptions.secret().withAttempts(2))
        .run(new SmallTraining(6, folder.toString(), 3));

    assertEquals(SmallTraining.joined(unbroken), SmallTraining.joined(results));
  }

  private static int[][] train(Group group, int steps) {
    try {
      return SmallTraining.of(steps).run(group, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void run_jvmOfRankKilledInTheOnlyAttempt_errorNamesIt(@TempDir Path folder) {
    GroupException failure = assertThrows(
        GroupException.class,
        () -> SparkRanks.of(context, 2).run(new SmallTraining(3, folder.toString(), 1)));

    assertTrue(failure.getMessage().startsWith("rank 1 was lost: "), failure.getMessage());
  }

  @Test
  void run_tooFewSlots_errorAfterStartTimeout() {
    SparkRanks tooMany = SparkRanks.of(context, 3)
        .with(SparkOptions.secret().withStartTimeout(Duration.ofSeconds(2)));

    IllegalStateException failure =
        assertThrows(IllegalStateException.class, () -> tooMany.run(rank -> 1));

    assertTrue(
        failure
            .getMessage()
            .startsWith("3 ranks need as many slots at the same time but Spark had "),
        failure.getMessage());
  }
}
