package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SoftMixtureTest {
  @Test
  void main_hundredSteps_lossFalls() throws Throwable {
    List<String> lines = Printed.by(() -> SoftMixture.main(new String[0])).stream()
        .filter(l -> l.startsWith("step"))
        .toList();
    assertEquals(6, lines.size(), lines.toString());
    double first = Printed.number(lines.get(0), "loss");
    assertTrue(Printed.number(lines.get(5), "loss") < 0.3 * first, lines.toString());
  }
}
