package io.github.moe4j.bench.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShownOutputTest {
  @TempDir
  Path classes;

  private List<String> faults(String code) throws Exception {
    ShownOutput shown = new ShownOutput(code);
    Snippet.run(code, classes, shown::add);
    return shown.faults();
  }

  @Test
  void faults_outputsAsShown_none() throws Exception {
    assertEquals(List.of(), faults("""
        int a = 3; // not an output
        // three
        System.out.println(a); // 3
        System.out.println(List.of(a).get(0)); // 3
        for (int i = 0; i < 2; i++) {
          System.out.println("step " + i + " loss " + 0.5 / (1 + i)); // step … loss 0.…
        }
        List.of(1, 1).forEach(x -> System.out.println(x)); // 1
        System.out.println("two\\nlines"); // two…lines
        """));
  }

  @Test
  void faults_otherOutput_saysWhatWasPrinted() throws Exception {
    assertEquals(
        List.of("printed 4 instead: System.out.println(2 + 2); // 5"),
        faults("System.out.println(2 + 2); // 5"));
    assertEquals(
        List.of("printed 4 instead: System.out.println(2 + 2); // 4: the sum"),
        faults("System.out.println(2 + 2); // 4: the sum"));
    assertEquals(
        List.of("printed 1.5 instead: System.out.println(x); // 2.5"),
        faults(
            "for (double x : new double[] {2.5, 1.5, 2.5}) {\nSystem.out.println(x); // 2.5\n}"));
    assertEquals(1, faults("System.out.println(0.125); // 0.2…").size());
  }

  @Test
  void faults_noOutputShown_saysWhatWasPrinted() throws Exception {
    for (String end : List.of("", " //", " // …", " // … …")) {
      String line = "System.out.println(7);" + end;
      assertEquals(List.of("shows no output, which was [7]: " + line), faults(line));
    }
  }

  @Test
  void faults_lineThatNeverRuns_printedNothing() throws Exception {
    assertEquals(
        List.of("printed nothing: System.out.println(1); // 1"),
        faults("if (Files.exists(Path.of(\"nowhere\"))) {\n  System.out.println(1); // 1\n}"));
  }

  @Test
  void run_codeThatThrowsOrIsWrong_shownWithItsError() {
    String code = "Objects.requireNonNull(null, \"the reason\");";
    Error error = assertThrows(AssertionError.class, () -> faults(code));
    assertTrue(error.getMessage().contains("the reason\n" + code), error.getMessage());
    error = assertThrows(AssertionError.class, () -> faults("int a = \"text\";"));
    assertTrue(error.getMessage().contains("incompatible types"), error.getMessage());
  }
}
