package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No pass waits for a thread that may not come. */
@Tag("slow")
class AnyPoolTest {
  @ParameterizedTest
  @EnumSource
  @Timeout(60)
  void pass_anyPool_ends(AnyPool pools) throws Exception {
    pools.run();
  }

  /** The property is read once; without threads the common pool leaves what it is given to those who join it. */
  @Test
  void pass_commonPoolWithoutThreads_ends() throws Exception {
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=0",
            "-cp",
            System.getProperty("java.class.path"),
            AnyPool.class.getName())
        .redirectErrorStream(true)
        .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }
}
