package io.github.moe4j.core.io;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** Names what a file is that is no safetensors file, by how it begins. */
final class ForeignFile {
  /** Bytes from the beginning that tell. */
  static final int LOOKED_AT = 64;

  private ForeignFile() {}

  /**
   * Throws if the beginning is that of a kind of file that is often found in place of safetensors.
   *
   * @param head at most {@value #LOOKED_AT} bytes
   * @throws SafetensorsException that says what the file is and what to do
   */
  static void refuse(Path file, byte[] head) throws SafetensorsException {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    String trimmed = text.stripLeading().toLowerCase(Locale.ROOT);
    if (text.startsWith("version https://git-lfs")) {
      throw found(file, "a Git LFS pointer, not the weights: run git lfs pull");
    }
    if (trimmed.startsWith("<!doctype") || trimmed.startsWith("<html")) {
      throw found(
          file, "an HTML page, not the weights: the download needs another address or a login");
    }
    if (text.startsWith("GGUF")) {
      throw found(file, "a GGUF file: use the model's safetensors");
    }
    if (text.startsWith("PK\u0003\u0004") || text.startsWith("\u0080\u0002")) {
      throw found(
          file, "a PyTorch checkpoint (.bin, .pt): use the model's safetensors, or convert it");
    }
  }

  private static SafetensorsException found(Path file, String kind) {
    return new SafetensorsException("%s: is %s".formatted(file, kind));
  }
}
