package io.github.moe4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {
  @Test
  void line_byHand_saysHowMuchTimeIsLeft() {
    Progress progress = Progress.of("lab", 1100, "steps", new PrintWriter(new StringWriter()));
    progress.skip(100);
    for (int i = 0; i < 200; i++) {
      progress.step("quick");
    }
    // 200 steps in 20 s, and 800 more.
    assertEquals(
        "lab: 300 of 1,100 steps, 1:20 left; topk 2.7 bits",
        progress.line("topk 2.7 bits", Duration.ofSeconds(20).toNanos()));
  }

  @Test
  void step_soonAfterTheLast_printsNothing() {
    StringWriter lines = new StringWriter();
    try (Progress progress = Progress.of("lab", 10, "steps", new PrintWriter(lines))) {
      progress.step("a");
      progress.step("b");
    }
    assertEquals("", lines.toString());
  }
}
