package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class FirstLayerTest {
  @Test
  void main_hundredSteps_lossFallsAndEveryTokenHasTwoExperts() throws Throwable {
    List<String> lines = Printed.by(() -> FirstLayer.main(new String[0])).stream()
        .filter(l -> l.startsWith("step"))
        .toList();
    assertEquals(6, lines.size(), lines.toString());
    double first = Printed.number(lines.get(0), "loss");
    assertTrue(Printed.number(lines.get(5), "loss") < 0.2 * first, lines.toString());
    assertEquals(128, Printed.sum(lines.get(5)), lines.toString());
  }
}
