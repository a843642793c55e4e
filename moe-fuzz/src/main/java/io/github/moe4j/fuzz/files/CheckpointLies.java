package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.fuzz.Damage;
import io.github.moe4j.fuzz.Draw;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Checkpoints with right checksums of which one entry is missing, of another length, shape or kind, or lies.
 *
 * @param entries of the right one: arrays, {@code double[]}, {@code long[]} and texts
 */
record CheckpointLies(Map<String, Object> entries) {
  private static final String[] TEXTS = {"", "x", "\u001b[31m", "\u202e", "x".repeat(3_000)};

  static CheckpointLies of(Checkpoint right) {
    List<Function<String, Object>> kinds =
        List.of(right::tensor, right::doubles, right::longs, right::text);
    Map<String, Object> entries = new LinkedHashMap<>();
    for (String name : right.names()) {
      for (Function<String, Object> kind : kinds) {
        try {
          entries.put(name, kind.apply(name));
          break;
        } catch (IllegalArgumentException e) {
          continue; // of another kind
        }
      }
    }
    return new CheckpointLies(entries);
  }

  /**
   * The bytes of a changed one.
   *
   * @param scratch where it is written
   */
  byte[] next(SplittableRandom random, Path scratch) throws IOException {
    String changed = Draw.of(random, List.copyOf(entries.keySet()));
    Checkpoint.Builder all = Checkpoint.builder();
    for (Map.Entry<String, Object> entry : entries.entrySet()) {
      if (!entry.getKey().equals(changed)) {
        put(all, entry.getKey(), entry.getValue());
      } else if (!Draw.oneIn(random, 4)) {
        put(all, changed, lie(random, entry.getValue()));
      }
    }
    all.save(scratch);
    return Files.readAllBytes(scratch);
  }

  private static void put(Checkpoint.Builder all, String name, Object value) {
    if (value instanceof INDArray array) {
      all.tensor(name, array);
    } else if (value instanceof double[] numbers) {
      all.doubles(name, numbers);
    } else if (value instanceof long[] numbers) {
      all.longs(name, numbers);
    } else {
      all.text(name, value.toString());
    }
  }

  private Object lie(SplittableRandom random, Object value) {
    if (Draw.oneIn(random, 6)) {
      return Draw.of(random, List.copyOf(entries.values())); // maybe of another kind
    }
    if (value instanceof INDArray array) {
      return Nd4j.ones(array.dataType(), array.length() + random.nextInt(2));
    }
    if (value instanceof double[] right) {
      double[] numbers = Arrays.copyOf(right, Math.max(0, right.length + random.nextInt(-1, 2)));
      if (numbers.length > 0) {
        numbers[random.nextInt(numbers.length)] = Draw.number(random);
      }
      return numbers;
    }
    if (value instanceof long[] right) {
      long[] numbers = Arrays.copyOf(right, Math.max(0, right.length + random.nextInt(-1, 2)));
      if (numbers.length > 0) {
        int at = random.nextInt(numbers.length);
        numbers[at] =
            random.nextBoolean() ? Damage.lie(random) : numbers[at] + random.nextInt(-1, 2);
      }
      return numbers;
    }
    return Draw.of(random, TEXTS);
  }
}
