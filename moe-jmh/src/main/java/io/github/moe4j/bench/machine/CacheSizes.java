package io.github.moe4j.bench.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Sizes of the data caches that the first processor sees.
 *
 * @param kilobytes by level, 1 the nearest; empty where the operating system does not tell
 */
public record CacheSizes(Map<Integer, Integer> kilobytes) {
  private static final Path LINUX = Path.of("/sys/devices/system/cpu/cpu0/cache");

  /** Copies. */
  public CacheSizes {
    kilobytes = Map.copyOf(kilobytes);
  }

  /** Those of this machine. */
  public static CacheSizes ofThisMachine() {
    return read(LINUX);
  }

  /** Reads a folder of Linux's sysfs, in which each cache has a folder. */
  static CacheSizes read(Path folder) {
    Map<Integer, Integer> sizes = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      for (Path cache : caches(folder)) {
        if (!line(cache.resolve("type")).equals("Instruction")) {
          String level = line(cache.resolve("level"));
          String size = line(cache.resolve("size"));
          if (level.matches("[0-9]") && size.matches("[0-9]{1,7}K")) {
            sizes.put(
                Integer.parseInt(level), Integer.parseInt(size.substring(0, size.length() - 1)));
          }
        }
      }
    }
    return new CacheSizes(sizes);
  }

  private static List<Path> caches(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a file; empty if it cannot be read. */
  private static String line(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** Half of a level, so that other data fits beside it; half of an assumed size if it is unknown. */
  int half(int level, int assumed) {
    return kilobytes.getOrDefault(level, assumed) / 2;
  }
}
