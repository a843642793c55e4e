package io.github.moe4j.models.layout;

import java.util.Locale;

/** A checkpoint is not supported, or a layer does not match it; the message says why. */
public final class LayoutException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * For the library's own use.
   *
   * @param format of the message
   * @param values in it
   */
  public LayoutException(String format, Object... values) {
    super(String.format(Locale.ROOT, format, values));
  }
}
