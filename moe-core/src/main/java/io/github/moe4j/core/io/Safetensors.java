package io.github.moe4j.core.io;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Files in the <a href="https://github.com/huggingface/safetensors">safetensors</a> format: the length of a
 * header in 8 bytes, little-endian, a header in JSON with names, types, shapes and places, and the
 * elements.
 */
public final class Safetensors {
  private Safetensors() {}

  /**
   * Opens a file. The file is treated as untrusted: every violation of the format is rejected before memory is allocated for
   * it.
   *
   * @throws SafetensorsException if it is no whole file of this format
   */
  public static SafetensorsFile open(Path file) throws IOException {
    return SafetensorsFile.open(file);
  }

  /** Begins a file, or several that belong together. */
  public static SafetensorsWriter writer() {
    return new SafetensorsWriter();
  }
}
