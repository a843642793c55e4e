package io.github.moe4j.spark;

import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/** Ranks for a program that has no Spark context: makes one, runs the ranks, and stops it. */
public final class SparkProgram {
  private SparkProgram() {}

  /** Whether this JVM has Spark on its class path, as with {@code spark-submit}. */
  public static boolean hasSpark() {
    try {
      Class.forName("org.apache.spark.SparkContext", false, SparkProgram.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /**
   * Runs ranks with the settings that {@code spark-submit} or system properties {@code spark.…} give.
   *
   * @param defaults of settings that are not given, such as {@code spark.master}
   * @param ranks N
   * @param body what each rank does
   * @return the results by rank
   * @throws IllegalStateException as {@link SparkRanks#run}
   * @throws io.github.moe4j.core.group.GroupException if a rank failed
   */
  public static <T extends @Nullable Object> List<T> run(
      Map<String, String> defaults, int ranks, SparkOptions options, RankBody<T> body) {
    SparkConf conf = new SparkConf();
    defaults.forEach(conf::setIfMissing);
    SparkContext context = new SparkContext(conf);
    try {
      return SparkRanks.of(context, ranks).with(options).run(body);
    } finally {
      context.stop();
    }
  }
}
