package io.github.moe4j.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark contexts of tests, on the loopback address. */
final class TestContext {
  private TestContext() {}

  static SparkConf conf(String master) {
    return new SparkConf()
        .setMaster(master)
        .setAppName("moe4j tests")
        .set("spark.ui.enabled", "false")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1");
  }

  static JavaSparkContext local(int cores) {
    return new JavaSparkContext(conf("local[" + cores + "]"));
  }
}
