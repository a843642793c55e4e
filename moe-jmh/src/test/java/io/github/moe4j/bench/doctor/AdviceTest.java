package io.github.moe4j.bench.doctor;

import static io.github.moe4j.bench.doctor.GivenFacts.CURRENT;
import static io.github.moe4j.bench.doctor.GivenFacts.GIGABYTE;
import static io.github.moe4j.bench.doctor.GivenFacts.NO_MODULE;
import static io.github.moe4j.bench.doctor.GivenFacts.OLD;
import static io.github.moe4j.bench.doctor.GivenFacts.ROOMY;
import static io.github.moe4j.bench.doctor.GivenFacts.TWO;
import static io.github.moe4j.bench.doctor.GivenFacts.VECTOR;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdviceTest {
  @Test
  void of_allWell_nothing() {
    assertEquals(List.of(), Advice.of(GivenFacts.of(VECTOR, CURRENT)));
  }

  @Test
  void of_noModuleAndOldOpenBlas_bothInThatOrder() {
    assertEquals(
        List.of(
            "Start the JVM with --add-modules jdk.incubator.vector: matrix products then run on"
                + " the vector kernels, up to twice as fast, depending on the processor (docs/full-speed.md).",
            "OpenBLAS 0.3.19 is old"),
        Advice.of(GivenFacts.of(NO_MODULE, OLD)));
  }

  @Test
  void of_oldOpenBlasBesideKernels_nothing() {
    assertEquals(List.of(), Advice.of(GivenFacts.of(VECTOR, OLD)));
  }

  @Test
  void of_kernelsThatDoNotRunForAnotherReason_theReason() {
    Facts.KernelChoice jdk26 =
        new Facts.KernelChoice(256, true, false, "the kernels are tested on JDK 17 to 25");
    assertEquals(
        List.of("The vector kernels do not run, since the kernels are tested on JDK 17 to 25"
            + " (docs/full-speed.md)."),
        Advice.of(GivenFacts.of(jdk26, CURRENT)));
  }

  @Test
  void of_blasByChoiceOfTheUser_thatItMayBeLeftOut() {
    assertEquals(
        List.of("Remove -Dmoe4j.kernels=blas: the vector kernels can run here."),
        Advice.of(GivenFacts.of(new Facts.KernelChoice(512, true, false, ""), CURRENT)));
  }

  @Test
  void of_noBackend_whatToAdd() {
    assertEquals(
        List.of(
            "No ND4J backend is available: put org.nd4j:nd4j-native for this platform on the class path."),
        Advice.of(GivenFacts.of(VECTOR, null)));
  }

  private static List<String> advice(Facts.Processors processors, double together) {
    return Advice.of(
        GivenFacts.of(VECTOR, CURRENT, processors, ROOMY, GivenFacts.speeds(together)));
  }

  @Test
  void of_fewerOrMoreThreadsThanProcessors_saysSo() {
    assertEquals(
        List.of("Layers use 1 of 4 processors: remove -Dmoe4j.threads, unless other programs need"
            + " them."),
        advice(new Facts.Processors(4, 1, -1, Map.of()), 147));
    assertEquals(
        List.of("Layers use 8 threads on 4 processors: -Dmoe4j.threads should not exceed them."),
        advice(new Facts.Processors(4, 8, -1, Map.of()), 1000));
  }

  @Test
  void of_busyMachine_thatSpeedsAreTooLow() {
    assertEquals(
        List.of(
            "Other programs use the processors (load average 9.1 on 2): the measured speeds are too"
                + " low."),
        advice(new Facts.Processors(2, 2, 9.1, Map.of()), 148));
  }

  @Test
  void of_threadsThatShareACore_saysSo() {
    assertEquals(
        List.of("2 threads together reach 1.0 times the limit of one: processors share cores or are"
            + " throttled."),
        advice(TWO, 148));
  }

  private static List<String> advice(Facts.Memory memory) {
    return Advice.of(GivenFacts.of(VECTOR, CURRENT, TWO, memory, GivenFacts.speeds(290)));
  }

  @Test
  void of_smallHeapOnALargeMachine_raiseIt() {
    assertEquals(
        List.of(
            "The heap is limited to 512 MB of 16 GB: raise it for larger layers, such as -Xmx8g;"
                + " JavaCPP's limits follow it unless they are set."),
        advice(new Facts.Memory(
            GIGABYTE / 2, GIGABYTE / 2, 2 * GIGABYTE, 16 * GIGABYTE, 64 * GIGABYTE)));
  }

  @Test
  void of_processThatMayOutgrowItsContainer_lowerTheLimit() {
    assertEquals(
        List.of("JavaCPP lets the process grow to 12 GB but there are only 4 GB: lower"
            + " -Dorg.bytedeco.javacpp.maxphysicalbytes, or the system may kill it."),
        advice(new Facts.Memory(
            3 * GIGABYTE, 3 * GIGABYTE, 12 * GIGABYTE, 4 * GIGABYTE, 64 * GIGABYTE)));
  }
}
