package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WatchLoadTest {
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void main_fiftySteps_printsEachOnceAndLoadBecomesMoreEven() throws Throwable {
    List<String> lines = Printed.by(() -> WatchLoad.main(new String[0])).stream()
        .filter(l -> l.startsWith("watched"))
        .toList();
    assertEquals(50, lines.size(), lines.toString());
    for (String line : lines) {
      assertEquals(64, Printed.number(line, "tokens"), line);
      assertTrue(Printed.number(line, "hit") <= 8, line);
      assertTrue(Printed.number(line, "mean") >= 1, line);
    }
    double first = Printed.number(lines.get(0), "mean");
    assertTrue(Printed.number(lines.get(49), "mean") < first, lines.toString());
  }
}
