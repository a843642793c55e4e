package io.github.moe4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordTest {
  @Test
  void of_plainWord_asItIs() {
    assertEquals("top-k/E32/k4,dense", ShellWord.of("top-k/E32/k4,dense"));
    assertEquals("0.003", ShellWord.of(0.003));
  }

  @Test
  void of_whatAShellWouldReplace_quoted() {
    assertEquals("''", ShellWord.of(""));
    assertEquals("'my text.txt'", ShellWord.of("my text.txt"));
    assertEquals("'$(touch a);b'", ShellWord.of("$(touch a);b"));
    assertEquals("'it'\\''s'", ShellWord.of("it's"));
    assertEquals("'~'", ShellWord.of("~"));
  }

  @Test
  void of_controlCharacters_escaped() {
    assertEquals("$'a\\033[2J\\012\\'\\\\'", ShellWord.of("a\u001b[2J\n'\\"));
    assertEquals("$'\\342\\200\\256'", ShellWord.of("\u202e"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a b", "$HOME `id` \"x\" \\ ! * ?", "it's", "a\u001b[2J\nb'\\\t\u202e é"})
  void of_anyText_isOneWordOfABash(String text) throws IOException {
    Process bash;
    try {
      bash = new ProcessBuilder("bash", "-c", "printf %s " + ShellWord.of(text)).start();
    } catch (IOException e) {
      Assumptions.abort("there is no bash here");
      return;
    }
    String printed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(text, printed);
  }
}
