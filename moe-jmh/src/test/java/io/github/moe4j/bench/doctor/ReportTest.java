package io.github.moe4j.bench.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
  @Test
  void of_allKnown_aLineForEach() {
    assertEquals(
        List.of(
            "versions    moe4j 0.1.0, OpenBLAS unknown",
            "java        17.0.9, Vendor, Server VM, Linux amd64",
            "products    on the vector kernels; module jdk.incubator.vector on; vectors of 512 bits",
            "blas        OPENBLAS of CpuBackend; OpenBLAS 0.3.31 DYNAMIC_ARCH; kernels for Zen",
            "processors  2, of which a layer uses 2; load average 0.3",
            "caches      L1 48 KB, L2 2 MB, L3 32 MB",
            "memory      heap 6 GB; arrays 6 GB, process 24 GB; machine 24 GB",
            "GFLOP/s     processor's limit 147 per thread, 290 together; products of layers 250; BLAS"
                + " not measured",
            "GB/s        memory read 32 per thread, 44 together; copied 15 per thread, 21 together (64"
                + " MB)",
            "",
            "Nothing to change."),
        Report.of(GivenFacts.of(GivenFacts.VECTOR, GivenFacts.CURRENT)));
  }

  @Test
  void of_littleKnown_saysWhatIsUnknownAndWhatToChange() {
    List<String> lines = Report.of(GivenFacts.of(
        new Facts.KernelChoice(0, false, false, "the JVM is another"),
        null,
        new Facts.Processors(2, 2, -1, Map.of()),
        new Facts.Memory(Long.MAX_VALUE, 0, 0, 4L << 30, 16L << 30),
        GivenFacts.speeds(0)));
    assertEquals(
        List.of(
            "products    on BLAS, since the JVM is another; module jdk.incubator.vector off; vectors of"
                + " unknown width",
            "blas        unknown: no ND4J backend is available",
            "processors  2, of which a layer uses 2; load average unknown",
            "caches      unknown",
            "memory      heap unlimited; arrays unlimited, process unlimited; container 4 GB of"
                + " machine 16 GB",
            "GFLOP/s     processor's limit not measured (needs the module); products of layers 250;"
                + " BLAS not measured"),
        lines.subList(2, 8));
    assertEquals("To change:", lines.get(10));
    assertEquals(
        "- No ND4J backend is available: put org.nd4j:nd4j-native for this platform on the class path.",
        lines.get(11));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 KB",
    "49152, 48 KB",
    "1572864, 1.5 MB",
    "8589934592, 8 GB",
    "1125899906842624, 1024 TB"
  })
  void text_bytes_largestUnit(long bytes, String expected) {
    assertEquals(expected, Sizes.text(bytes));
  }
}
