package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SwapRoutersTest {
  private static final Map<String, Integer> ASSIGNMENTS =
      Map.of("top-k", 128, "switch", 64, "expert-choice", 128, "noisy-top-k", 128, "hash", 128);

  @Test
  void main_sixRouters_lossFallsAndLoadIsThatOfTheRule() throws Throwable {
    List<String> lines = Printed.by(() -> SwapRouters.main(new String[0])).stream()
        .filter(l -> l.contains(" step "))
        .toList();
    assertEquals(12, lines.size(), lines.toString());
    for (int i = 0; i < lines.size(); i += 2) {
      String start = lines.get(i);
      String end = lines.get(i + 1);
      String name = start.substring(0, start.indexOf(' '));
      assertTrue(end.startsWith(name + " step 60 "), end);
      assertTrue(Printed.number(end, "loss") < 0.2 * Printed.number(start, "loss"), start + end);
      for (String line : List.of(start, end)) {
        int sum = Printed.sum(line);
        assertTrue(sum >= 64 && sum <= 512, line); // top-p: any number, but one at least
        assertEquals(ASSIGNMENTS.getOrDefault(name, sum), sum, line);
      }
    }
  }
}
