package io.github.moe4j.core.internal.kernel;

import io.github.moe4j.core.internal.SmallFloats;
import io.github.moe4j.core.io.Float8;
import io.github.moe4j.core.io.HalfFloats;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Compares codes of rows with what each stands for, bit by bit, in rows that no vector divides. */
final class RowChecks {
  private static final int[] COUNTS = {0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 67};

  private RowChecks() {}

  static void check(RowCodes codes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    check("bfloat16", 2, 0x10000, HalfFloats::fromBfloat16, codes::bfloat16, random);
    check("float16", 2, 0x10000, HalfFloats::fromFloat16, codes::float16, random);
    check("e4m3", 1, 0x100, code -> Float8.fromE4m3((byte) code), codes::e4m3, random);
    check("e2m1", 1, 0x10, code -> SmallFloats.E2M1.value(code), codes::e2m1, random);
  }

  /** What a code stands for. */
  private interface Value {
    float of(short code);
  }

  /** A conversion. */
  private interface Conversion {
    void run(byte[] codes, int from, int count, float[] target, int at);
  }

  private static void check(
      String name,
      int bytes,
      int codes,
      Value value,
      Conversion conversion,
      SplittableRandom random) {
    int[] all = new int[codes];
    Arrays.setAll(all, i -> i);
    compare(name, bytes, all, value, conversion);
    int[] finite = Arrays.stream(all)
        .filter(code -> Float.isFinite(value.of((short) code)))
        .toArray();
    compare(name, bytes, finite, value, conversion);
    for (int count : COUNTS) {
      compare(
          name,
          bytes,
          random.ints(count, 0, finite.length).map(i -> finite[i]).toArray(),
          value,
          conversion);
      // Only some of the rows have a NaN, at any place.
      compare(name, bytes, random.ints(count, 0, codes).toArray(), value, conversion);
    }
  }

  private static void compare(
      String name, int bytes, int[] codes, Value value, Conversion conversion) {
    int before = 3;
    byte[] stored = new byte[before + codes.length * bytes];
    for (int i = 0; i < codes.length; i++) {
      stored[before + i * bytes] = (byte) codes[i];
      if (bytes == 2) {
        stored[before + i * bytes + 1] = (byte) (codes[i] >> 8);
      }
    }
    float[] target = new float[codes.length + 2];
    Arrays.fill(target, -7);
    conversion.run(stored, before, codes.length, target, 1);
    same(name + ", before", -7, target[0]);
    same(name + ", after", -7, target[codes.length + 1]);
    for (int i = 0; i < codes.length; i++) {
      same(
          "%s %d of %d".formatted(name, i, codes.length),
          value.of((short) codes[i]),
          target[1 + i]);
    }
  }

  private static void same(String where, float expected, float actual) {
    if (Float.floatToRawIntBits(expected) != Float.floatToRawIntBits(actual)) {
      throw new AssertionError("%s: %s, not %s".formatted(where, actual, expected));
    }
  }
}
