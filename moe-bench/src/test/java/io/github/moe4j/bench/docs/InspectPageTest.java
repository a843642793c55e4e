package io.github.moe4j.bench.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page about {@code inspect} shows what the command before it prints; {@code …} stands for any text in a line. */
class InspectPageTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern SHOWN =
      Pattern.compile("```sh\n[^`]*\\.jar (inspect [^`]*)```\n\n```text\n([^`]*)```");

  @Test
  void output_ofTheCommandOnThePage_isTheOneShown() throws IOException {
    Matcher page = SHOWN.matcher(Files.readString(ROOT.resolve("docs/inspect.md")));
    assertTrue(page.find(), "no command with its output");
    String[] arguments = page.group(1).replace("\\\n", " ").strip().split("\\s+");
    arguments[1] = ROOT.resolve(arguments[1]).toString();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertEquals(
        0,
        Main.run(
            Main.commandLine(new PrintWriter(out, true), new PrintWriter(err, true)), arguments),
        err.toString());
    String printed = out.toString().replace(ROOT + "/", "");
    String expected = page.group(2);
    Pattern pattern = Pattern.compile(Arrays.stream(expected.split("…", -1))
        .map(Pattern::quote)
        .collect(Collectors.joining(".*")));
    if (!pattern.matcher(printed).matches()) {
      assertEquals(expected, printed);
    }
  }
}
