package io.github.moe4j.core.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.internal.kernel.Kernels.Choice;
import io.github.moe4j.core.internal.kernel.Kernels.Jvm;
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
