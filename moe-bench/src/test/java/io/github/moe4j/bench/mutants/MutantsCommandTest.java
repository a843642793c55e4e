package io.github.moe4j.bench.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MutantsCommandTest {
  /** Line 3 has a condition, line 4 two, and line 5 a lambda. */
  private static final String SOURCE = """
      package io.github.moe4j.balance;
      class Loss {
        if (x > 0) {
          if (x > 0 && y > 0) {
            map(z -> z + 1);
      """;

  @TempDir
  Path folder;

  private Path module;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writeSource() throws IOException {
    module = folder.resolve("moe-balance");
    Path source = module.resolve("src/main/java/io/github/moe4j/balance/Loss.java");
    Files.createDirectories(source.getParent());
    Files.createDirectories(module.resolve("src/test"));
    Files.writeString(source, SOURCE);
  }

  private int mutants;

  private String mutant(String status, String method, int line) {
    return mutant(status, method, line, mutants++);
  }

  private static String mutant(String status, String method, int line, int index) {
    boolean detected = !status.equals("SURVIVED")
        && !status.equals("NO_COVERAGE")
        && !status.equals("NOT_STARTED");
    return """
        <mutation detected='%s' status='%s' numberOfTestsRun='1'><sourceFile>Loss.java</sourceFile>\
        <mutatedClass>io.github.moe4j.balance.Loss$Inner</mutatedClass><mutatedMethod>%s</mutatedMethod>\
        <methodDescription>()V</methodDescription><lineNumber>%d</lineNumber>\
        <indexes><index>%d</index></indexes><blocks><block>0</block></blocks>\
        <mutator>org.pitest.mutationtest.engine.gregor.mutators.ConditionalsBoundaryMutator</mutator>\
        <description>changed conditional boundary</description></mutation>
        """.formatted(detected, status, method, line, index);
  }

  private String killed(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> mutant("KILLED", "of", 3))
        .collect(Collectors.joining());
  }

  private void report(String... mutants) throws IOException {
    reportOf("all", mutants);
  }

  private void reportOf(String run, String... mutants) throws IOException {
    Path reports = Files.createDirectories(module.resolve("target/pit-reports").resolve(run));
    Files.writeString(
        reports.resolve("mutations.xml"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<mutations partial=\"true\">\n"
            + String.join("", mutants)
            + "</mutations>\n");
  }

  private void named(String... entries) throws IOException {
    Files.writeString(
        module.resolve("src/test/mutants.txt"),
        Stream.of(entries).collect(Collectors.joining("\n\n", "# Why\n\n", "\n")));
  }

  private int execute() {
    return new CommandLine(new MutantsCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(module.toString());
  }

  @Test
  void call_eachSurvivorNamed_rowOfTheTable() throws IOException {
    report(
        killed(1998),
        mutant("TIMED_OUT", "of", 3),
        mutant("SURVIVED", "&lt;init&gt;", 3),
        mutant("SURVIVED", "of", 4),
        mutant("SURVIVED", "of", 4),
        mutant("NO_COVERAGE", "lambda$of$7", 5));
    named(
        "balance.Loss$Inner.<init> ConditionalsBoundary\n  if (x > 0) {\nAt 0 both\ngive 0.",
        "balance.Loss$Inner.of ConditionalsBoundary x2\nif (x > 0 && y > 0) {\nThe same.",
        "balance.Loss$Inner.lambda$of ConditionalsBoundary\nmap(z -> z + 1);\nThe same.");

    assertEquals(0, execute(), err::toString);

    // 1,999 of 2,003 are 99.80 %; of the 1,999 that are not named, all
    assertEquals(
        Verdict.HEAD + "| moe-balance | 2,003 | 1,998 | 1 | 3 | 1 | 4 | 99.8 % | 100.0 % |\n",
        out.toString().replace("\r", ""));
    assertEquals("", err.toString());
  }

  @Test
  void call_survivorNotNamed_failsWithWhatToCopy() throws IOException {
    report(killed(998), mutant("SURVIVED", "of", 3), mutant("NO_COVERAGE", "of", 4));

    assertEquals(1, execute());

    String file =
        module.resolve("src/main/java/io/github/moe4j/balance/Loss.java").toString();
    assertEquals("""
        moe-balance: 1 survived, 0 named as equivalent:
        # %1$s:3 changed conditional boundary
        balance.Loss$Inner.of ConditionalsBoundary
            if (x > 0) {
        moe-balance: 1 survived, 0 named as equivalent:
        # %1$s:4 changed conditional boundary
        balance.Loss$Inner.of ConditionalsBoundary
            if (x > 0 && y > 0) {
        """.formatted(file), err.toString().replace("\r", ""));
  }

  @Test
  void call_moreSurvivorsInALineThanNamed_fails() throws IOException {
    report(killed(998), mutant("SURVIVED", "of", 4), mutant("SURVIVED", "of", 4));
    named("balance.Loss$Inner.of ConditionalsBoundary\nif (x > 0 && y > 0) {\nThe same.");

    assertEquals(1, execute());

    assertTrue(
        err.toString().startsWith("moe-balance: 2 survived, 1 named as equivalent:"),
        err::toString);
    assertTrue(err.toString().contains("Loss$Inner.of ConditionalsBoundary x2"), err::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"if (x > 1) {", "if (x > 0) {"})
  void call_entryWithoutSurvivor_isStale(String line) throws IOException {
    report(killed(1000));
    named("balance.Loss$Inner.of ConditionalsBoundary\n" + line + "\nThe same.");

    assertEquals(1, execute());

    assertEquals(
        "moe-balance: 1 named as equivalent, but 0 survived: balance.Loss$Inner.of ConditionalsBoundary: "
            + line,
        err.toString().strip());
  }

  @Test
  void call_namedMutantThatTimedOut_isNotStale() throws IOException {
    report(killed(999), mutant("TIMED_OUT", "of", 4));
    named("balance.Loss$Inner.of ConditionalsBoundary\nif (x > 0 && y > 0) {\nThe same.");

    assertEquals(0, execute(), err::toString);
  }

  @Test
  void call_fewerDetectedThanTheGoal_failsThoughAllAreNamed() throws IOException {
    report(killed(98), mutant("SURVIVED", "of", 4), mutant("SURVIVED", "of", 4));
    named("balance.Loss$Inner.of ConditionalsBoundary x2\nif (x > 0 && y > 0) {\nThe same.");

    assertEquals(1, execute());

    assertEquals(
        "moe-balance: 98.00 % detected, the goal is 99 %", err.toString().strip());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "balance.Loss$Inner.of",
        "balance.Loss$Inner.of ConditionalsBoundary x0\nif (x > 0) {\nThe same.",
        "balance.Loss$Inner.of ConditionalsBoundary\nif (x > 0) {",
        "balance.Loss$Inner.of ConditionalsBoundary\nif (x > 0) {\nA.\n\n"
            + "balance.Loss$Inner.of ConditionalsBoundary\nif (x > 0) {\nB."
      })
  void call_wrongEntry_isOneLineWithTheFile(String entry) throws IOException {
    report(killed(100));
    named(entry);

    assertEquals(2, execute());

    assertTrue(err.toString().startsWith("mutants: "), err::toString);
    assertTrue(err.toString().contains("mutants.txt"), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  @Test
  void call_severalRuns_mutantDetectedInAnyIsDetected() throws IOException {
    reportOf("first", killed(99), mutant("SURVIVED", "of", 4, 1000));
    reportOf(
        "second",
        mutant("NO_COVERAGE", "of", 4, 1001),
        mutant("KILLED", "of", 4, 1000),
        mutant("TIMED_OUT", "of", 4, 1001));
    reportOf("third", mutant("SURVIVED", "of", 4, 1000));

    assertEquals(0, execute(), err::toString);

    assertEquals(
        Verdict.HEAD + "| moe-balance | 101 | 100 | 1 | 0 | 0 | 0 | 100.0 % | 100.0 % |\n",
        out.toString().replace("\r", ""));
  }

  @Test
  void call_interruptedRun_isRefused() throws IOException {
    report(killed(1000), mutant("NOT_STARTED", "of", 3));

    assertEquals(2, execute());

    assertTrue(err.toString().contains("the run of PIT was interrupted"), err::toString);
  }

  @Test
  void call_reportOfOtherSources_isRefused() throws IOException {
    report(mutant("KILLED", "of", 6));

    assertEquals(2, execute());

    assertTrue(err.toString().contains("has 5 lines, but the report names line 6"), err::toString);
  }

  @Test
  void call_externalEntity_isNotRead() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    report();
    Files.writeString(
        module.resolve("target/pit-reports/all/mutations.xml"),
        "<!DOCTYPE m [<!ENTITY e SYSTEM \"" + secret.toUri() + "\">]><mutations>&e;</mutations>");

    assertEquals(2, execute());

    assertTrue(err.toString().contains("DOCTYPE"), err::toString);
  }

  @Test
  void call_noReport_saysWhatToRun() {
    assertEquals(2, execute());

    assertTrue(
        err.toString().contains("has no reports: run the module's profile of PIT"), err::toString);
  }

  @Test
  void call_moduleWithoutGoal_isRefused() throws IOException {
    module = Files.createDirectories(folder.resolve("moe-cli"));

    assertEquals(2, execute());

    assertEquals(
        "mutants: a module must be one of [moe-balance, moe-core, moe-models, moe-routing] but was moe-cli",
        err.toString().strip());
  }
}
