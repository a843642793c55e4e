package io.github.moe4j.cli;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Words of a command line that a user may paste into a POSIX shell. */
public final class ShellWord {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cf}]");

  private ShellWord() {}

  /**
   * One word, quoted where a shell would see more in it. With control characters it is in the form {@code $'…'}, which
   * bash, zsh and ksh know.
   */
  public static String of(Object value) {
    String text = value.toString();
    if (PLAIN.matcher(text).matches()) {
      return text;
    }
    if (!CONTROL.matcher(text).find()) {
      return "'" + text.replace("'", "'\\''") + "'";
    }
    StringBuilder word = new StringBuilder("$'");
    text.codePoints().forEach(c -> {
      String one = Character.toString(c);
      if (c == '\'' || c == '\\') {
        word.append('\\').append(one);
      } else if (CONTROL.matcher(one).matches()) {
        for (byte b : one.getBytes(StandardCharsets.UTF_8)) {
          word.append("\\%03o".formatted(b & 0xFF));
        }
      } else {
        word.append(one);
      }
    });
    return word.append('\'').toString();
  }
}
