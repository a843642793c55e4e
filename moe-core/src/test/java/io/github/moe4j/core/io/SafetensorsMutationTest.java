package io.github.moe4j.core.io;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Random damage: bits, bytes lost and added, numbers, lengths. */
@ExtendWith(Seeds.class)
@Tag("slow")
class SafetensorsMutationTest {
  @TempDir
  Path folder;

  /** A mutation may leave a valid file; nothing but a correct read or the one exception may come of it. */
  @Test
  void open_thousandsOfMutations_areReadOrRefused() {
    Path file = folder.resolve("model.safetensors");
    SplittableRandom random = Seeds.random(3);
    int[] outcomes = new int[2];
    assertTimeout(Duration.ofSeconds(60), () -> {
      for (int i = 0; i < 4000; i++) {
        byte[] bytes = SafetensorsDamageTest.WHOLE;
        for (int n = 1 + random.nextInt(4) / 2; n > 0; n--) {
          bytes = mutated(bytes, random);
        }
        try {
          SafetensorsDamageTest.read(file, bytes);
          outcomes[0]++;
        } catch (SafetensorsException e) {
          assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
          assertFalse(e.getMessage().contains("\n"), e.getMessage());
          outcomes[1]++;
        }
      }
    });
    assertTrue(outcomes[0] > 100 && outcomes[1] > 1000, Arrays.toString(outcomes));
  }

  private static byte[] mutated(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(7)) {
      case 0 -> {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        return flipped;
      }
      case 1 -> {
        return spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(1, 9)), new byte[0]);
      }
      case 2 -> {
        byte[] inserted = new byte[random.nextInt(1, 9)];
        random.nextBytes(inserted);
        return spliced(bytes, at, at, inserted);
      }
      case 3 -> {
        return digitChanged(bytes, random);
      }
      case 5 -> {
        byte[] body = bytes.clone();
        body[bytes.length - 1 - random.nextInt(20)] = (byte) random.nextInt();
        return body;
      }
      case 4 -> {
        byte[] length = bytes.clone();
        length[random.nextInt(Math.min(8, length.length))] = (byte) random.nextInt();
        return length;
      }
      default -> {
        // A piece of the file itself, elsewhere: keeps to what looks like JSON.
        int from = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, from + random.nextInt(1, 40));
        return spliced(bytes, at, at, Arrays.copyOfRange(bytes, from, to));
      }
    }
  }

  /** Another number in place of one, in a header whose length is put right. */
  private static byte[] digitChanged(byte[] bytes, SplittableRandom random) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = random.nextInt(bytes.length);
    while (at < bytes.length && !Character.isDigit(text.charAt(at))) {
      at++;
    }
    if (at == bytes.length || at < 8) {
      return bytes;
    }
    String[] numbers = {
      "0",
      "1",
      "-1",
      "7",
      "1e3",
      "4294967296",
      Long.toString(Long.MAX_VALUE),
      "18446744073709551616"
    };
    byte[] number = numbers[random.nextInt(numbers.length)].getBytes(StandardCharsets.US_ASCII);
    byte[] changed = spliced(bytes, at, at + 1, number);
    changed[0] = (byte) (changed[0] + number.length - 1);
    return changed;
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] middle) {
    byte[] result = Arrays.copyOf(bytes, from + middle.length + bytes.length - to);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
    return result;
  }
}
