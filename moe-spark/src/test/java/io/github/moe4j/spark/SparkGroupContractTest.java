package io.github.moe4j.spark;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.testkit.GroupContract;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each rendezvous takes a second, and there are about a hundred. */
@Tag("spark-cluster")
@ExtendWith(Seeds.class)
class SparkGroupContractTest extends GroupContract {
  private static JavaSparkContext context;

  /** Bodies of the contract do not travel, and all ranks are threads here. */
  private static volatile Consumer<Group> current;

  @BeforeAll
  static void start() {
    context = TestContext.local(7);
  }

  @AfterAll
  static void stop() {
    context.stop();
  }

  @Override
  protected void run(int ranks, Duration timeout, Consumer<Group> body) {
    current = body;
    SparkRanks.of(context, ranks)
        .with(SparkOptions.secret().withTimeout(timeout))
        .run(rank -> {
          current.accept(rank.group());
          return null;
        });
  }
}
