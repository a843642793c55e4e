package io.github.moe4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileAlreadyExistsException;
import org.junit.jupiter.api.Test;

class FailureTest {
  private static String printed(Exception e) {
    StringWriter err = new StringWriter();
    Failure.print(new PrintWriter(err), "lab", e);
    return err.toString().stripTrailing();
  }

  @Test
  void print_fileWithoutReason_hasOne() {
    assertEquals("lab: ok.txt: exists already", printed(new FileAlreadyExistsException("ok.txt")));
  }

  @Test
  void print_longOrInLines_isOneShortLine() {
    String line = printed(new IllegalArgumentException(
        "width must be\nat least 1 but was " + "9".repeat(1_000_000) + ", which is no number"));
    assertTrue(line.startsWith("lab: width must be at least 1 but was 999"), line);
    assertTrue(line.endsWith(", which is no number"), line);
    assertEquals(1, line.lines().count());
    assertTrue(line.length() < 1100, line);
  }

  @Test
  void print_noMessage_namesTheClass() {
    assertEquals("lab: IllegalStateException", printed(new IllegalStateException()));
  }
}
