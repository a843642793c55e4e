package io.github.moe4j.bench.inspect;

import io.github.moe4j.core.io.ShardedSafetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Says in one line what is wrong with a folder that holds no model. */
final class FolderCheck {
  private static final String CONFIG = "config.json";

  private FolderCheck() {}

  /** Why there is nothing to open under a path; null if it is a folder. */
  static @Nullable String wrongPath(Path folder) {
    if (!Files.exists(folder)) {
      return folder + " does not exist";
    }
    return Files.isDirectory(folder)
        ? null
        : folder + " must be a folder with " + CONFIG + " and safetensors but is a file";
  }

  /**
   * Throws if the config is missing; if the weights are too, or are of another format, the error is theirs.
   *
   * @throws IOException that says what is missing
   */
  static void requireConfig(Path folder) throws IOException {
    if (Files.notExists(folder.resolve(CONFIG))) {
      ShardedSafetensors.open(folder).close();
      throw new IOException(folder + " must hold " + CONFIG);
    }
  }
}
