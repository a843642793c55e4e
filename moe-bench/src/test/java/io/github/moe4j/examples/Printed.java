package io.github.moe4j.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.function.Executable;

/** What the main method of an example prints, and the numbers in it. */
final class Printed {
  private Printed() {}

  /** The lines that a program prints to {@code System.out}, which is restored. */
  static List<String> by(Executable program) throws Throwable {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      program.execute();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** The number after a word of a line. */
  static double number(String line, String word) {
    String after = line.substring(line.indexOf(word) + word.length()).strip();
    return Double.parseDouble(after.split(" ")[0]);
  }

  /** The sum of the numbers in brackets in a line. */
  static int sum(String line) {
    String inside = line.substring(line.indexOf('[') + 1, line.indexOf(']'));
    return Arrays.stream(inside.split(", ")).mapToInt(Integer::parseInt).sum();
  }
}
