package io.github.moe4j.core.io;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Files in the <a href="https://github.com/huggingface/safetensors">safetensors</a> format: the length of a
 * header in 8 bytes, little-endian, a header in JSON with names, types, shapes and offsets, and
 * the elements.
 */
public final class Safetensors {
  private Safetensors() {}

  /**
   * Opens a file. The file is treated as untrusted: every violation of the format is rejected before memory is
   * allocated for it.
   *
   * @throws SafetensorsException if it is not a complete file of this format
   */
  public static SafetensorsFile open(Path file) throws IOException {
    return SafetensorsFile.open(file);
  }

  /** Starts a file, or the shards of a model. */
  public static SafetensorsWriter writer() {
    return new SafetensorsWriter();
  }
}
