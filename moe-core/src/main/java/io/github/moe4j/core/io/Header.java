package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The header of a file, read.
 *
 * @param tensors by name, in the order of the header
 * @param metadata in the order of the header
 */
record Header(Map<String, TensorHeader> tensors, Map<String, String> metadata) {
  /** Bytes that a header may have, as in the format's own implementation. */
  static final int MOST_BYTES = 100_000_000;

  static final int MOST_TENSORS = 1_000_000;
  static final int MOST_METADATA = 100_000;
  static final int LONGEST_NAME = 4096;

  /** As many as an array can have. */
  static final int MOST_AXES = 32;

  static final String METADATA = "__metadata__";
  static final String DTYPE = "dtype";
  static final String SHAPE = "shape";
  static final String OFFSETS = "data_offsets";

  /**
   * Reads and checks a header.
   *
   * @param bytes of the JSON text
   * @param dataBytes how many bytes follow it in the file
   * @throws SafetensorsException if it breaks a rule of the format
   */
  static Header read(Path file, byte[] bytes, long dataBytes) throws IOException {
    StrictJson json = new StrictJson(file + ": header", bytes);
    if (bytes.length == 0 || bytes[0] != '{') {
      throw json.wrong("must begin with {");
    }
    Map<String, TensorHeader> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = Map.of();
    Set<String> seen = new HashSet<>();
    json.beginObject("it");
    for (String name = json.nextKey(seen, "it"); name != null; name = json.nextKey(seen, "it")) {
      if (name.equals(METADATA)) {
        metadata = metadata(json);
        continue;
      }
      if (name.length() > LONGEST_NAME) {
        throw json.wrong(
            "a name must have at most %d characters but %s has %d",
            LONGEST_NAME, Shown.of(name), name.length());
      }
      tensors.put(name, tensor(json, "tensor " + Shown.of(name)));
      if (tensors.size() > MOST_TENSORS) {
        throw json.wrong("must have at most %d tensors but has more", MOST_TENSORS);
      }
    }
    json.end();
    DataLayout.check(json, tensors, dataBytes);
    return new Header(Collections.unmodifiableMap(tensors), Collections.unmodifiableMap(metadata));
  }

  private static Map<String, String> metadata(StrictJson json) throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    json.beginObject(METADATA);
    for (String key = json.nextKey(seen, METADATA);
        key != null;
        key = json.nextKey(seen, METADATA)) {
      metadata.put(key, json.string(METADATA + " " + Shown.of(key)));
      if (metadata.size() > MOST_METADATA) {
        throw json.wrong("%s must have at most %d keys but has more", METADATA, MOST_METADATA);
      }
    }
    return metadata;
  }

  private static TensorHeader tensor(StrictJson json, String tensor) throws IOException {
    @Nullable String dtype = null;
    long @Nullable [] shape = null;
    long @Nullable [] offsets = null;
    Set<String> seen = new HashSet<>();
    json.beginObject(tensor);
    for (String key = json.nextKey(seen, tensor); key != null; key = json.nextKey(seen, tensor)) {
      switch (key) {
        case DTYPE -> dtype = json.string(tensor + ": " + DTYPE);
        case SHAPE -> shape = json.naturals(tensor + ": " + SHAPE, MOST_AXES);
        case OFFSETS -> offsets = json.naturals(tensor + ": " + OFFSETS, 2);
        default ->
          throw json.wrong(
              "%s must have %s, %s and %s alone but has %s",
              tensor, DTYPE, SHAPE, OFFSETS, Shown.of(key));
      }
    }
    if (dtype == null || shape == null || offsets == null) {
      throw json.wrong(
          "%s must have %s, %s and %s but has %s", tensor, DTYPE, SHAPE, OFFSETS, sorted(seen));
    }
    Dtype known = Dtype.named(dtype);
    if (known == null) {
      throw json.wrong(
          "%s has dtype %s, which the format does not define", tensor, Shown.of(dtype));
    }
    if (offsets.length != 2) {
      throw json.wrong("%s: %s must be 2 numbers but has %d", tensor, OFFSETS, offsets.length);
    }
    return new TensorHeader(known, shape, offsets[0], offsets[1]);
  }

  private static Set<String> sorted(Set<String> keys) {
    return new TreeSet<>(keys);
  }
}
