package io.github.moe4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

class SeedsTest {
  private @Nullable ExtensionContext context;

  @RegisterExtension
  final BeforeEachCallback remember = running -> context = running;

  @Test
  void of_property_itsSeedElseTheFixedOne() {
    assertEquals(42, Seeds.of(" 42 "));
    assertEquals(4_294_967_295L, Seeds.of("4294967295"));
    assertEquals(20_261_121, Seeds.of(null));
    assertEquals(20_261_121, Seeds.of(""));
    assertThrows(NumberFormatException.class, () -> Seeds.of("many"));
  }

  @Test
  void extension_withoutAnnotation_isFoundAndTurnedOn() {
    assertTrue(ServiceLoader.load(Extension.class).stream()
        .anyMatch(found -> found.type() == Seeds.class));
    ExtensionContext running = java.util.Objects.requireNonNull(context);
    assertEquals(
        "true",
        running
            .getConfigurationParameter("junit.jupiter.extensions.autodetection.enabled")
            .orElse("unset"));
  }

  @Test
  void replay_testThatFailed_namesItAndTheSeed(TestInfo info) {
    assertEquals(
        "SeedsTest." + info.getTestMethod().orElseThrow().getName()
            + " failed; replay with -Dmoe.seed=7",
        Seeds.replay(java.util.Objects.requireNonNull(context), 7));
  }
}
