package io.github.moe4j.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Changes contents: bytes anywhere, numbers that lie, text of JSON. */
public final class Damage {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    65_535,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    1L << 32,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };
  private static final String[] VALUES = {
    "0",
    "-1",
    "1",
    "1e308",
    "1e999",
    "0.5",
    "-0",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999999",
    "null",
    "true",
    "\"\"",
    "[]",
    "{}",
    "\"\\u0000\\u001b[31m\"",
    "NaN",
    "\"\\ud800\"",
    "[[[[]]]]"
  };
  /** A number, a text or a word of JSON. */
  private static final Pattern TOKEN =
      Pattern.compile("-?\\d[\\d.eE+-]*|\"(?:[^\"\\\\]++|\\\\.)*+\"|true|false|null");

  private Damage() {}

  /** Bytes with one to three changes. */
  public static byte[] of(SplittableRandom random, byte[] bytes, boolean isText) {
    byte[] changed = bytes;
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      changed = isText && random.nextInt(3) > 0 ? text(random, changed) : once(random, changed);
    }
    return changed;
  }

  /** The text between two places of a file, such as its header, with one change. */
  public static byte[] textWithin(SplittableRandom random, byte[] bytes, int from, int to) {
    byte[] text = text(random, Arrays.copyOfRange(bytes, from, to));
    return joined(Arrays.copyOf(bytes, from), text, Arrays.copyOfRange(bytes, to, bytes.length));
  }

  private static byte[] once(SplittableRandom random, byte[] bytes) {
    if (bytes.length < 9) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length - 8);
    byte[] changed = bytes.clone();
    switch (random.nextInt(7)) {
      case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 2 -> changed = joined(bytes, Arrays.copyOf(bytes, 1 + random.nextInt(40)));
      case 3 -> number(random, changed, at, Integer.BYTES);
      case 4 -> number(random, changed, at, Long.BYTES);
      case 5 -> {
        int length = 1 + random.nextInt(bytes.length - at);
        changed =
            joined(Arrays.copyOf(bytes, at + length), Arrays.copyOfRange(bytes, at, bytes.length));
      }
      default -> {
        int length = 1 + random.nextInt(8);
        changed =
            joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at + length, bytes.length));
      }
    }
    return changed;
  }

  private static void number(SplittableRandom random, byte[] bytes, int at, int width) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes)
        .order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long number = lie(random);
    if (width == Integer.BYTES) {
      buffer.putInt(at / width * width, (int) number);
    } else {
      buffer.putLong(at / width * width, number);
    }
  }

  private static byte[] text(SplittableRandom random, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    List<MatchResult> tokens = new ArrayList<>(TOKEN.matcher(text).results().toList());
    if (tokens.isEmpty()) {
      return once(random, bytes);
    }
    MatchResult token = tokens.get(random.nextInt(tokens.size()));
    String before = text.substring(0, token.start());
    String after = text.substring(token.end());
    String changed = switch (random.nextInt(6)) {
      case 0, 1 -> before + VALUES[random.nextInt(VALUES.length)] + after;
      case 2 -> before + tokens.get(random.nextInt(tokens.size())).group() + after;
      case 3 -> before + "[".repeat(2_000) + token.group() + "]".repeat(2_000) + after;
      case 4 -> before + "7".repeat(1 + random.nextInt(3_000)) + after;
      default -> {
        int comma = text.indexOf(',', token.start());
        yield comma < 0
            ? before + after
            : text.substring(0, comma) + "," + text.substring(token.start());
      }
    };
    return changed.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A number at or next to an edge of its type, for a length or a count that lies. */
  public static long lie(SplittableRandom random) {
    return NUMBERS[random.nextInt(NUMBERS.length)] + random.nextInt(3) - 1;
  }

  /** Parts one after another. */
  public static byte[] joined(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }
}
