package io.github.moe4j.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheSizesTest {
  @TempDir
  Path folder;

  private void cache(int index, String level, String type, String size) throws IOException {
    Path cache = Files.createDirectory(folder.resolve("index" + index));
    Files.writeString(cache.resolve("level"), level + "\n");
    Files.writeString(cache.resolve("type"), type + "\n");
    Files.writeString(cache.resolve("size"), size + "\n");
  }

  @Test
  void read_foldersOfLinux_dataCachesByLevel() throws IOException {
    cache(0, "1", "Data", "48K");
    cache(1, "1", "Instruction", "64K");
    cache(2, "2", "Unified", "2048K");
    cache(3, "3", "Unified", "unknown");
    Files.createDirectory(folder.resolve("power"));
    Files.writeString(folder.resolve("uevent"), "");
    CacheSizes sizes = CacheSizes.read(folder);
    assertEquals(Map.of(1, 48, 2, 2048), sizes.kilobytes());
    assertEquals(24, sizes.half(1, 32));
    assertEquals(100, sizes.half(3, 200));
  }

  @Test
  void read_noSuchFolder_unknown() {
    assertEquals(Map.of(), CacheSizes.read(folder.resolve("none")).kilobytes());
  }
}
