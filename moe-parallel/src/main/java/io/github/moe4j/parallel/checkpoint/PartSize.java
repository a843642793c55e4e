package io.github.moe4j.parallel.checkpoint;

import io.github.moe4j.core.internal.RegularFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * What the manifest says of a part.
 *
 * @param bytes of the file
 * @param checksum CRC-32 of all of them; not CRC-32C, with which the entries end and which is blind to what they say
 */
record PartSize(long bytes, long checksum) {
  private static final int PIECE = 1 << 18;

  /** That of a file, which is read. */
  static PartSize of(Path file) throws IOException {
    CRC32 sum = new CRC32();
    long bytes = 0;
    byte[] piece = new byte[PIECE];
    try (InputStream in = RegularFile.stream(file)) {
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        sum.update(piece, 0, read);
        bytes += read;
      }
    }
    return new PartSize(bytes, sum.getValue());
  }
}
