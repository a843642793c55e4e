package io.github.moe4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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

  @Test
  void step_tenSecondsLater_oneLineWithTimeLeft() {
    StringWriter lines = new StringWriter();
    long[] seconds = {0};
    try (Progress progress = Progress.lines(
        "peers", 100, "steps", new PrintWriter(lines), () -> seconds[0] * 1_000_000_000L)) {
      progress.at("coarse");
      seconds[0] = 9;
      progress.step(10);
      seconds[0] = 12;
      progress.step(20);
      seconds[0] = 13;
      progress.at("fine");
      progress.step(10);
      seconds[0] = 30;
      progress.step(60);
    }
    // 30 steps in 12 s, and 70 more
    assertEquals(
        List.of(
            "peers: 30 of 100 steps, 0:28 left; coarse",
            "peers: 100 of 100 steps, 0:00 left; fine"),
        lines.toString().lines().toList());
  }

  @Test
  void relayed_inAnotherProcess_isShownHere() {
    StringWriter sent = new StringWriter();
    Progress there = Progress.relayed(new PrintWriter(sent));
    there.skip(40);
    there.step("top-k 2.7 bits");
    there.step(9);
    StringWriter lines = new StringWriter();
    long[] seconds = {0};
    try (Progress here = Progress.lines(
        "lab", 100, "steps", new PrintWriter(lines), () -> seconds[0] * 1_000_000_000L)) {
      seconds[0] = 10;
      here.relay("a warning");
      sent.toString().lines().forEach(here::relay);
      assertEquals(50, here.done());
    }
    // 1 step in 10 s, and 59 more
    assertEquals(
        List.of("lab: 41 of 100 steps, 9:50 left; top-k 2.7 bits"),
        lines.toString().lines().toList());
  }

  @Test
  void note_withoutATerminal_isALineAtOnce() {
    StringWriter lines = new StringWriter();
    try (Progress progress = Progress.of("peers", 1, "steps", new PrintWriter(lines))) {
      progress.note("first");
    }
    assertEquals("first", lines.toString().strip());
    Progress.quiet().note("nowhere");
  }

  @Test
  void above_barIsDrawn_lineReplacesItAndItComesBackBelow() {
    ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(terminal, true, StandardCharsets.UTF_8);
    BarLine bar = new BarLine(print, 20);
    bar.accept("[=> ]");
    bar.above(() -> print.println("result"));
    assertEquals(
        "\r[=> ]\r\033[Kresult" + System.lineSeparator() + "\r[=> ]",
        terminal.toString(StandardCharsets.UTF_8));
  }
}
