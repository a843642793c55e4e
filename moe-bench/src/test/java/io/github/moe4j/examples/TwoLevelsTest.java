package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TwoLevelsTest {
  @Test
  void main_hundredSteps_lossFallsAndGroupsSeeTwiceTheTokens() throws Throwable {
    List<String> lines = Printed.by(() -> TwoLevels.main(new String[0])).stream()
        .filter(l -> l.startsWith("step") || l.contains(" load "))
        .toList();
    assertEquals(15, lines.size(), lines.toString());
    double first = Printed.number(lines.get(0), "loss");
    assertTrue(Printed.number(lines.get(10), "loss") < 0.3 * first, lines.toString());
    for (int i = 0; i < lines.size(); i += 5) {
      assertEquals(64 * 2, Printed.sum(lines.get(i + 1)), lines.toString());
      int inner = lines.subList(i + 2, i + 5).stream().mapToInt(Printed::sum).sum();
      assertEquals(64 * 2 * 2, inner, lines.toString());
      assertTrue(lines.get(i + 4).contains("group 2"), lines.toString());
    }
  }
}
