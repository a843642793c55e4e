package io.github.moe4j.core.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file or tensor violates the safetensors format; the message says how. */
public final class SafetensorsException extends IOException {
  private static final long serialVersionUID = 1L;

  SafetensorsException(String message) {
    this(message, null);
  }

  SafetensorsException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
