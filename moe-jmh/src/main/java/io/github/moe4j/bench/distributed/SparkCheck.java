package io.github.moe4j.bench.distributed;

import io.github.moe4j.spark.RankBody;
import io.github.moe4j.spark.SparkOptions;
import io.github.moe4j.spark.SparkProgram;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The ranks of a check as tasks of Spark, which is on the class path of this JVM.
 *
 * @param training what they train
 * @param timeout how long a rank waits for another
 */
record SparkCheck(Training training, Duration timeout) {
  /** Runs them all: on the cluster that the application was submitted to, else on processes of this machine. */
  List<Map<String, Long>> run() {
    Training of = training;
    RankBody<Map<String, Long>> body = rank -> new RankTraining(of, rank.group()).run();
    return SparkProgram.run(
        SparkSettings.of("moe4j distributed check", training.ranks()),
        training.ranks(),
        SparkOptions.secret().withTimeout(timeout),
        body);
  }
}
