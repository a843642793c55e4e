package io.github.moe4j.models.adapter;

import io.github.moe4j.models.layout.LayoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Matches names of modules with regular expressions of a config, which may be made to take for ever: expression and
 * characters looked at are limited.
 */
final class ModulePattern {
  /** Characters of an expression; nested groups of more could need more than a thread's stack. */
  static final int LONGEST = 2000;

  /** Characters of a name looked at in one match; usual expressions look at each some times. */
  private static final int MOST_LOOKS = 1_000_000;

  private ModulePattern() {}

  /** Whether an expression matches a whole name. */
  static boolean matches(String expression, String module) {
    return matcher(expression, module).matches();
  }

  /** A matcher that throws when it has looked too often. */
  static Matcher matcher(String expression, String module) {
    if (expression.length() > LONGEST) {
      throw new LayoutException(
          "%s: a regular expression must have at most %d characters but %s has %d",
          PeftConfig.FILE, LONGEST, expression.substring(0, 40) + "…", expression.length());
    }
    try {
      return Pattern.compile(expression).matcher(new Looked(expression, module));
    } catch (PatternSyntaxException e) {
      throw new LayoutException(
          "%s: %s is no regular expression: %s", PeftConfig.FILE, expression, e.getDescription());
    }
  }

  private static final class Looked implements CharSequence {
    private final String expression;
    private final String module;
    private int looks;

    Looked(String expression, String module) {
      this.expression = expression;
      this.module = module;
    }

    @Override
    public char charAt(int index) {
      if (++looks > MOST_LOOKS) {
        throw new LayoutException(
            "%s: %s takes too long for module %s", PeftConfig.FILE, expression, module);
      }
      return module.charAt(index);
    }

    @Override
    public int length() {
      return module.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return module.substring(start, end);
    }
  }
}
