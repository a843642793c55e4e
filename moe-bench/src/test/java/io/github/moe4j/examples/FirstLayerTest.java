package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstLayerTest {
  @Test
  void main_hundredSteps_lossFallsAndEveryTokenHasTwoExperts() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      FirstLayer.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    List<String> lines = bytes
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(l -> l.startsWith("step"))
        .toList();
    assertEquals(6, lines.size(), lines.toString());
    assertTrue(loss(lines.get(5)) < 0.2 * loss(lines.get(0)), lines.toString());
    assertEquals(128, load(lines.get(5)), lines.toString());
  }

  private static double loss(String line) {
    return Double.parseDouble(line.split(" ")[3]);
  }

  private static int load(String line) {
    String[] counts = line.substring(line.indexOf('[') + 1, line.indexOf(']')).split(", ");
    int sum = 0;
    for (String count : counts) {
      sum += Integer.parseInt(count);
    }
    return sum;
  }
}
