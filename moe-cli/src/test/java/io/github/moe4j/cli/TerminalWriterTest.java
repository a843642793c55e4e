package io.github.moe4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TerminalWriterTest {
  private static String printed(String text) {
    StringWriter out = new StringWriter();
    PrintWriter printer = TerminalWriter.over(new PrintWriter(out));
    printer.print(text);
    printer.flush();
    return out.toString();
  }

  @Test
  void print_escapeSequences_shownAndNotObeyed() {
    assertEquals("a\\u001b[2J\\u001b]0;x\\u0007b", printed("a\u001b[2J\u001b]0;x\u0007b"));
    assertEquals("\\u009b2J\\u000dx\\u202e", printed("\u009b2J\rx\u202e"));
    assertEquals("\\u001b[8mhidden", printed("\u001b[8mhidden"));
  }

  @Test
  void print_linesTabsAndColours_asTheyAre() {
    String text = "a\n\tb\r\n\u001b[1mbold\u001b[21m\u001b[0m \u001b[33mé 中 \ud83d\ude00\u001b[0m";
    assertEquals(text, printed(text));
  }

  @Test
  void print_characterByCharacter_theSame() {
    StringWriter out = new StringWriter();
    PrintWriter printer = TerminalWriter.over(new PrintWriter(out));
    "a\u001b\n".chars().forEach(printer::write);
    printer.printf("%s%n", "\u0007");
    assertEquals("a\\u001b\n\\u0007" + System.lineSeparator(), out.toString());
  }
}
