package io.github.moe4j.testkit.mutants;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * What became of the checks of a contract.
 *
 * @param passed names of checks
 * @param failed message of each check that failed
 * @param skipped reason of each check that was skipped
 */
record ContractRun(Set<String> passed, Map<String, String> failed, Map<String, String> skipped) {
  private static final String MUTANT = "mutant";

  /** Runs a contract, whose subject is chosen by {@link #subject}. */
  static ContractRun of(Class<?> contract, Enum<?> mutant) {
    LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
        .selectors(selectClass(contract))
        .configurationParameter(MUTANT, mutant.name())
        .build();
    ContractRun run = new ContractRun(new TreeSet<>(), new TreeMap<>(), new TreeMap<>());
    PrintStream before = System.err;
    // Failures are expected: what would be printed to replay them misleads.
    System.setErr(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    try {
      LauncherFactory.create().execute(request, run.listener());
    } finally {
      System.setErr(before);
    }
    assertTrue(run.passed.size() + run.failed.size() > 5, "checks must run but there were " + run);
    return run;
  }

  /** The subject of a run that is going on. */
  static <E extends Enum<E>> E subject(Class<E> type, ExtensionContext context) {
    return Enum.valueOf(type, context.getConfigurationParameter(MUTANT).orElseThrow());
  }

  private TestExecutionListener listener() {
    return new TestExecutionListener() {
      @Override
      public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        String reason = result.getThrowable().map(Throwable::getMessage).orElse("");
        String name = test.getSource()
            .filter(MethodSource.class::isInstance)
            .map(source -> ((MethodSource) source).getMethodName())
            .orElse(test.getDisplayName());
        switch (result.getStatus()) {
          case SUCCESSFUL -> passed.add(name);
          case FAILED -> failed.put(name, reason);
          case ABORTED -> skipped.put(name, reason);
        }
      }
    };
  }

  void assertAllPass() {
    assertTrue(failed.isEmpty(), () -> "failed: " + failed);
    skipped.forEach((check, reason) -> assertFalse(reason.isBlank(), check + " must say why"));
  }

  /** Fails unless the check failed, with a message that has the given part. */
  void assertCaught(String check, String part) {
    assertTrue(
        failed.getOrDefault(check, "").contains(part),
        () -> check + " must fail with \"" + part + "\" but there failed " + failed);
  }
}
