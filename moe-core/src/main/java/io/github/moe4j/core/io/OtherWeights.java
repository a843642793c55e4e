package io.github.moe4j.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds weights of another format in a folder, for the error that there are no safetensors. */
final class OtherWeights {
  private static final String PATTERN =
      "(?i).*\\.(bin|pt|pth|gguf|ckpt|h5|msgpack|npz)(\\.index\\.json)?";

  private OtherWeights() {}

  /** Such as {@code "; found pytorch_model.bin, which is of another format"}; empty if there are none. */
  static String in(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return "";
    }
    try (Stream<Path> files = Files.list(folder)) {
      Optional<String> first = files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.matches(PATTERN))
          .sorted()
          .findFirst();
      return first
          .map(name -> "; found " + name + ", which is of another format")
          .orElse("");
    }
  }
}
