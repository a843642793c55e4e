package io.github.moe4j.spark;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** An application that is submitted: trains two ranks, of which one is killed. */
public final class StandaloneProgram {
  private StandaloneProgram() {}

  /** Folder of the checkpoint; prints the hashes of all ranks. */
  public static void main(String[] args) {
    try (JavaSparkContext context = new JavaSparkContext(new SparkConf())) {
      List<int[][]> results = SparkRanks.of(context, 2)
          .with(SparkOptions.secret().withAttempts(2))
          .run(new SmallTraining(6, args[0], 3));
      System.out.println(SmallTraining.joined(results));
    }
  }
}
