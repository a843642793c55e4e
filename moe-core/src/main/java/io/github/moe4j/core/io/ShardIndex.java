package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.RegularFile;
import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads which file of a folder holds which tensor. */
final class ShardIndex {
  static final String NAME = "model.safetensors.index.json";
  static final String SINGLE = "model.safetensors";
  static final String METADATA = "metadata";
  static final String TOTAL_SIZE = "total_size";
  static final String WEIGHT_MAP = "weight_map";

  private ShardIndex() {}

  /** File names by tensor, in the order of the index; each is that of an entry of the folder, which may be missing. */
  static Map<String, String> read(Path folder) throws IOException {
    Path index = folder.resolve(NAME);
    StrictJson json = new StrictJson(index.toString(), RegularFile.bytes(index, Header.MOST_BYTES));
    @Nullable Map<String, String> places = null;
    Set<String> seen = new HashSet<>();
    json.beginObject("it");
    for (String key = json.nextKey(seen, "it"); key != null; key = json.nextKey(seen, "it")) {
      if (key.equals(WEIGHT_MAP)) {
        places = places(json);
      } else {
        json.skip(Shown.of(key));
      }
    }
    json.end();
    if (places == null) {
      throw json.wrong("must have %s but lacks it", WEIGHT_MAP);
    }
    return Collections.unmodifiableMap(places);
  }

  private static Map<String, String> places(StrictJson json) throws IOException {
    Map<String, String> places = new LinkedHashMap<>();
    Set<String> checked = new HashSet<>();
    Set<String> seen = new HashSet<>();
    json.beginObject(WEIGHT_MAP);
    for (String name = json.nextKey(seen, WEIGHT_MAP);
        name != null;
        name = json.nextKey(seen, WEIGHT_MAP)) {
      String tensor = "tensor " + Shown.of(name);
      String file = json.string(tensor);
      if (checked.add(file)) {
        check(json, tensor, file);
      }
      places.put(name, file);
      if (places.size() > Header.MOST_TENSORS) {
        throw json.wrong("must have at most %d tensors but has more", Header.MOST_TENSORS);
      }
    }
    return places;
  }

  private static void check(StrictJson json, String tensor, String file)
      throws SafetensorsException {
    String shown = Shown.of(file);
    if (!isPlainName(file)) {
      throw json.wrong(
          "%s must be in a file of the same folder but the index says %s", tensor, shown);
    }
  }

  /** Whether it leads to an entry of the folder on every system. Links are the folder's owner's choice. */
  private static boolean isPlainName(String file) {
    if (file.isEmpty()
        || file.equals(".")
        || file.equals("..")
        || file.matches("(?s).*[/\\\\:\0].*")) {
      return false;
    }
    try {
      return Path.of(file).getNameCount() == 1;
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
