package io.github.moe4j.core.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.github.moe4j.core.internal.LoggedLines;
import io.github.moe4j.core.internal.kernel.Kernels.Choice;
import io.github.moe4j.core.internal.kernel.Kernels.Jvm;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who makes the products on which JVM. */
class KernelsTest {
  @ParameterizedTest
  @CsvSource({
    "17, true, true, true, ''",
    "25, true, true, true, ''",
    "17, false, true, true, the JVM was started without --add-modules jdk.incubator.vector",
    "26, true, true, true, the kernels are tested on JDK 17 to 25 and this is 26",
    "17, true, false, true, this JVM runs without HotSpot's C2 compiler",
    "17, true, true, false, 'the processor has no fused multiply-add, or the JVM does not use it'"
  })
  void obstacle_kindsOfJvm_theReason(
      int feature, boolean hasModule, boolean compiler, boolean fma, String reason) {
    assertEquals(reason, new Jvm(feature, hasModule, compiler, fma).obstacle());
  }

  @Test
  void choose_obstacleAndNoProperty_blasWithTheReason() {
    Choice choice = Kernels.choose(null, new Jvm(26, true, true, true));
    assertNull(choice.kernels());
    assertEquals("the kernels are tested on JDK 17 to 25 and this is 26", choice.reason());
  }

  @Test
  void choose_obstacleAndNoProperty_oneWarning() {
    assertEquals(
        List.of(
            "WARNING: matrix products run on BLAS, since this JVM runs without HotSpot's C2 compiler;"
                + " with the kernels a layer is up to twice as fast, depending on the processor"
                + " (-Dmoe4j.kernels=blas silences this line)"),
        LoggedLines.of(
            "io.github.moe4j", () -> Kernels.choose(null, new Jvm(17, true, false, true))));
  }

  @ParameterizedTest
  @CsvSource({
    "OpenJDK 64-Bit Server VM, mixed mode, true, 4, '', true",
    "Java HotSpot(TM) 64-Bit Server VM, mixed mode, true, 4, false, true",
    "Eclipse OpenJ9 VM, mixed mode, true, 4, '', false",
    "OpenJDK 64-Bit Server VM, interpreted mode, true, 4, '', false",
    "OpenJDK 64-Bit Server VM, mixed mode, false, 4, '', false",
    "OpenJDK 64-Bit Server VM, mixed mode, true, 1, '', false",
    "OpenJDK 64-Bit Server VM, mixed mode, true, 4, true, false"
  })
  void isOptimizing_kindsOfJvm_withC2(
      String name, String info, String compiler, String level, String jvmci, boolean expected) {
    Map<String, String> flags =
        Map.of("UseCompiler", compiler, "TieredStopAtLevel", level, "UseJVMCICompiler", jvmci);
    assertEquals(expected, Jvm.isOptimizing(name, info, flags::get));
  }

  @Test
  void running_thisJvm_itsFlags() {
    var flags = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    assumeTrue(flags != null, "not HotSpot");
    assumeFalse(System.getProperty("java.vm.version").contains("jvmci"), "Graal in place of C2");
    Jvm jvm = Jvm.running();
    assertEquals(flags.getVMOption("UseFMA").getValue(), Boolean.toString(jvm.fma()));
    boolean mayCompile = flags.getVMOption("TieredStopAtLevel").getValue().equals("4")
        && flags.getVMOption("UseCompiler").getValue().equals("true");
    boolean interpreted = System.getProperty("java.vm.info").contains("interpreted");
    assertEquals(mayCompile && !interpreted, jvm.compiler());
    assertEquals(Runtime.version().feature(), jvm.feature());
    assertEquals(jvm.hasModule(), Kernels.hasModule());
  }

  @Test
  void chosen_thisJvm_asItSaysItself() {
    Choice choice = Kernels.choose(System.getProperty(Kernels.PROPERTY), Jvm.running());
    assertEquals(choice.kernels() != null, Kernels.chosen().isPresent());
    assertEquals(choice.reason(), Kernels.reason());
    boolean runs = choice.kernels() != null || Jvm.running().obstacle().isEmpty();
    assertEquals(runs, Kernels.peakRate().isPresent());
  }

  @Test
  void choose_blas_blasWithoutAReason() {
    Choice choice = Kernels.choose("blas", new Jvm(17, true, true, true));
    assertNull(choice.kernels());
    assertEquals("", choice.reason());
  }

  @Test
  void choose_vectorOnAJvmThatIsNotTested_kernels() {
    assumeTrue(Jvm.running().hasModule(), "the module is not there");
    assertNotNull(Kernels.choose("vector", new Jvm(26, true, true, true)).kernels());
  }

  @Test
  void choose_vectorWithoutTheModule_oneErrorThatSaysWhy() {
    var error = assertThrows(
        IllegalStateException.class,
        () -> Kernels.choose("vector", new Jvm(17, false, true, true)));
    assertEquals(
        "moe4j.kernels is vector but the kernels cannot run: the JVM was started without"
            + " --add-modules jdk.incubator.vector",
        error.getMessage());
  }

  @Test
  void choose_unknownWord_oneErrorThatNamesThem() {
    var error = assertThrows(
        IllegalArgumentException.class,
        () -> Kernels.choose("fast", new Jvm(17, true, true, true)));
    assertEquals("moe4j.kernels must be auto, vector or blas but was fast", error.getMessage());
  }
}
