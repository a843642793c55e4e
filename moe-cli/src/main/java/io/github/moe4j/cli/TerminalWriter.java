package io.github.moe4j.cli;

import io.github.moe4j.core.internal.Shown;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Passes text on to a terminal without what could control it, whoever wrote it: names in files and names of files may hold
 * escape sequences. Line breaks and tabs pass, and the emphasis and colours of help texts; all else is printed as
 * {@code \}{@code u001b}.
 */
public final class TerminalWriter extends FilterWriter {
  /** Neither hidden text nor several attributes at once. */
  private static final Pattern PASSED =
      Pattern.compile("\u001b\\[(?:[0-79]|[1-9][0-9])?m|\r?\n|\t");

  private TerminalWriter(Writer out) {
    super(out);
  }

  /** A printer that flushes at the end of each line. */
  public static PrintWriter over(PrintWriter out) {
    return new PrintWriter(new TerminalWriter(out), true);
  }

  @Override
  public void write(int c) throws IOException {
    write(String.valueOf((char) c));
  }

  @Override
  public void write(char[] buffer, int from, int length) throws IOException {
    write(new String(buffer, from, length));
  }

  @Override
  public void write(String text, int from, int length) throws IOException {
    write(text.substring(from, from + length));
  }

  @Override
  public void write(String text) throws IOException {
    Matcher passed = PASSED.matcher(text);
    int at = 0;
    while (passed.find()) {
      out.write(Shown.escaped(text.substring(at, passed.start())));
      out.write(passed.group());
      at = passed.end();
    }
    out.write(Shown.escaped(text.substring(at)));
  }
}
