package io.github.moe4j.models.layout;

import io.github.moe4j.core.internal.Shown;
import java.nio.file.Path;
import java.util.Locale;

/** A checkpoint is not supported, or a layer does not match it; the message says why. */
public final class LayoutException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Of a value in a message; lists of fields and messages of causes are among them. */
  private static final int MOST_CHARACTERS = 600;

  /**
   * For the library's own use.
   *
   * @param format of the message
   * @param values in it
   */
  public LayoutException(String format, Object... values) {
    super(String.format(Locale.ROOT, format, shown(values)));
  }

  private LayoutException(Path file, LayoutException e) {
    super(Shown.message(file.toString(), MOST_CHARACTERS) + ": " + e.getMessage(), e);
  }

  /**
   * The same with a file or folder before its message.
   *
   * @param file that it is about
   */
  public LayoutException in(Path file) {
    return new LayoutException(file, this);
  }

  /** Texts of files may be long, and have characters that control a terminal. */
  private static Object[] shown(Object... values) {
    Object[] shown = values.clone();
    for (int i = 0; i < shown.length; i++) {
      if (!(shown[i] instanceof Number)) {
        shown[i] = Shown.message(String.valueOf(shown[i]), MOST_CHARACTERS);
      }
    }
    return shown;
  }
}
