package io.github.moe4j.models.layout;

import java.util.Locale;

/** Says in one line why a checkpoint is none that is understood, or a layer does not fit one. */
public final class LayoutException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  LayoutException(String format, Object... values) {
    super(String.format(Locale.ROOT, format, values));
  }
}
