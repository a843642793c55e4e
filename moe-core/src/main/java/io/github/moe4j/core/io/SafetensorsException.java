package io.github.moe4j.core.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file or tensor violates the safetensors format; the message says how. */
public final class SafetensorsException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Characters of a text of the file that are shown in a message. */
  private static final int SHOWN = 120;

  SafetensorsException(String message) {
    this(message, null);
  }

  SafetensorsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A text of the file as it may stand in a message: cut, and in one line. */
  static String shown(String text) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < text.length() && i < SHOWN; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || Character.isSurrogate(c)) {
        line.append("\\u%04x".formatted((int) c));
      } else {
        line.append(c);
      }
    }
    return text.length() > SHOWN ? line.append("…").toString() : line.toString();
  }
}
