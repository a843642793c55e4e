package io.github.moe4j.core.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.testkit.Seeds;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels against three loops: as this JVM runs them, and as those of other processors do. */
@ExtendWith(Seeds.class)
class KernelProductTest {
  @Test
  void multiply_awkwardSizes_matchesLoops() {
    Kernels.chosen().ifPresent(kernels -> KernelChecks.check(kernels, Seeds.seed()));
    RowChecks.check(new PlainRowCodes(), Seeds.seed());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 9, 5",
    "14, 33, 2", // more than one tile and panel
    "2, 257, 3", // of both factors more than a segment
    "3, 2, 259",
    "257, 2, 3",
    "2, 3, 1027", // transposed, more than is summed at a time
    "1030, 1, 2", // transposed, more columns of the left factor than are kept
    "32, 32, 3", // tiles and panels exactly
    "600, 1, 1024", // panels that outgrow the smallest room
    "27, 1, 20000" // more of the left factor than is copied at a time
  })
  void multiply_partsOfAllKinds_matchesLoops(int m, int n, int k) {
    KernelChecks.product(LoadedKernels.load(), m, n, k, Seeds.seed());
  }

  @Test
  void multiply_afterProductsOfNan_noneIsLeft() {
    Kernels kernels = LoadedKernels.load();
    KernelChecks.leaveNan(kernels, 40, 70, 12);
    KernelChecks.product(kernels, 5, 3, 7, Seeds.seed());
    KernelChecks.product(kernels, 13, 33, 1, Seeds.seed());
  }

  @ParameterizedTest
  @CsvSource({
    "-XX:MaxVectorSize=16, vectors of 4",
    "-XX:MaxVectorSize=32, vectors of 8",
    "-XX:-UseFMA, 'BLAS: the processor has no fused multiply-add, or the JVM does not use it'",
    "-XX:TieredStopAtLevel=1, BLAS: this JVM runs without HotSpot's C2 compiler",
    "-Xint, BLAS: this JVM runs without HotSpot's C2 compiler",
    "-Dmoe4j.kernels=blas, 'BLAS: '"
  })
  @Tag("slow")
  void multiply_otherJvms_matchesLoopsOrTakesBlas(String option, String expected)
      throws IOException, InterruptedException {
    assertEquals(expected.strip(), run(option, "--add-modules=jdk.incubator.vector"));
  }

  @Test
  @Tag("slow")
  void multiply_withoutTheModule_takesBlas() throws IOException, InterruptedException {
    assertEquals(
        "BLAS: the JVM was started without --add-modules jdk.incubator.vector", run("-Xmx256m"));
  }

  /** The last line that the checks print in a JVM of their own. */
  private static String run(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(KernelChecks.class.getName(), Long.toString(Seeds.seed())));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output.strip().lines().reduce((first, last) -> last).orElse("").strip();
  }
}
