package io.github.moe4j.bench.inspect;

import io.github.moe4j.core.io.ShardedSafetensors;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The tensors of a folder by what the headers of its files say; a file that cannot be read is asked once. */
final class FolderTensors {
  private final ShardedSafetensors tensors;
  private final Map<Path, Optional<String>> faults = new HashMap<>();

  FolderTensors(ShardedSafetensors tensors) {
    this.tensors = tensors;
  }

  Iterable<String> names() {
    return tensors.names();
  }

  Path file(String name) {
    return tensors.location(name);
  }

  /** Why the file of a tensor cannot be read, in one line that names it. */
  Optional<String> fault(String name) {
    return faults.computeIfAbsent(file(name), file -> find(name, file));
  }

  private Optional<String> find(String name, Path file) {
    String own = String.valueOf(file.getFileName());
    if (!tensors.isPresent(name)) {
      return Optional.of(own);
    }
    try {
      tensors.dtype(name);
      return Optional.empty();
    } catch (UncheckedIOException e) {
      return Optional.of(own + " (" + reason(e, file) + ")");
    }
  }

  private static String reason(UncheckedIOException e, Path file) {
    String message = String.valueOf(e.getMessage());
    String begin = file + ": ";
    return message.startsWith(begin) ? message.substring(begin.length()) : message;
  }

  String dtype(String name) {
    return tensors.dtype(name);
  }

  long bytes(String name) {
    return tensors.byteCount(name);
  }

  /** Numbers in a tensor; of MXFP4 blocks two a byte. */
  long numbers(String name) {
    long length = 1;
    for (long axis : tensors.shape(name)) {
      length *= axis;
    }
    return isMxfp4(name) ? 2 * length : length;
  }

  /** Whether a tensor holds codes of MXFP4. */
  boolean isMxfp4(String name) {
    return name.endsWith("blocks") && dtype(name).equals("U8");
  }

  /** How a tensor is stored, such as BF16. */
  String type(String name) {
    return isMxfp4(name) ? "MXFP4" : dtype(name);
  }
}
