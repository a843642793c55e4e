package io.github.moe4j.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.moe4j.conformance.family.Families;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every built-in case is a test; none may be skipped. */
class ConformanceTest {
  private final ConformanceRunner runner = new ConformanceRunner(Families.all());

  @TestFactory
  Stream<DynamicTest> run_builtInCase_passes() throws IOException {
    return BuiltInCases.all().stream().map(file -> dynamicTest(file.name(), () -> check(file)));
  }

  private void check(CaseFile file) {
    CaseResult result = runner.run(file);
    assertEquals(CaseResult.Outcome.PASS, result.outcome(), result::line);
  }

  @Test
  void all_families_haveBuiltInCases() throws IOException {
    Set<String> recorded = BuiltInCases.all().stream()
        .map(file -> file.name().substring(0, file.name().indexOf("__")))
        .collect(Collectors.toSet());
    for (ReferenceFamily family : Families.all()) {
      assertTrue(recorded.contains(family.name()), family.name());
    }
  }
}
