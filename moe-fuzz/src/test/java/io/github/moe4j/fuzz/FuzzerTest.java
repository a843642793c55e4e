package io.github.moe4j.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FuzzerTest {
  /** Counts one unit a case and keeps its first random number. */
  private static final class Drawing implements FuzzTarget {
    private final List<Integer> drawn = new ArrayList<>();
    private final int failsAt;

    Drawing(int failsAt) {
      this.failsAt = failsAt;
    }

    @Override
    public String name() {
      return "drawing";
    }

    @Override
    public String unit() {
      return "numbers";
    }

    @Override
    public void run(SplittableRandom random, Tally tally) {
      drawn.add(random.nextInt(1000));
      tally.add("drawn");
      if (drawn.get(drawn.size() - 1) % 100 == failsAt) {
        throw new IllegalStateException("planted");
      }
    }
  }

  private static FuzzOptions cases(long seed, long count) {
    return new FuzzOptions(seed, count, 60);
  }

  @Test
  void run_sameSeed_sameCases() {
    Drawing first = new Drawing(-1);
    Drawing second = new Drawing(-1);
    FuzzReport report = Fuzzer.of(first).run(cases(7, 50));
    Fuzzer.of(second).run(cases(7, 50));
    assertEquals(first.drawn, second.drawn);
    assertEquals(50, report.cases());
    assertTrue(first.drawn.stream().distinct().count() > 30, "cases must differ");
    assertTrue(report.row().startsWith("| drawing | 50 | 50 numbers | 50 drawn | "), report.row());
  }

  @Test
  void run_fault_isRunAloneFromItsSeed() {
    Drawing whole = new Drawing(13);
    FuzzFailure failure =
        assertThrows(FuzzFailure.class, () -> Fuzzer.of(whole).run(cases(1, 100_000)));
    assertTrue(whole.drawn.size() > 1, "the fault must not be in the first case");
    Drawing alone = new Drawing(13);
    FuzzFailure again =
        assertThrows(FuzzFailure.class, () -> Fuzzer.of(alone).run(cases(failure.seed(), 1)));
    assertEquals(failure.seed(), again.seed());
    assertEquals(List.of(whole.drawn.get(whole.drawn.size() - 1)), alone.drawn);
    assertTrue(
        failure
            .getMessage()
            .endsWith("-Dfuzz.targets=drawing -Dfuzz.count=1 -Dmoe.seed=" + failure.seed()),
        failure.getMessage());
  }

  @Test
  void withCurrentCase_seedIsInTheFile(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("drawing.seed");
    Fuzzer.of(new Drawing(-1)).withCurrentCase(file).run(cases(4_711, 1));
    assertTrue(Files.readString(file).startsWith("4711 "));
  }

  @Test
  void withProgress_eachTenth_oneLine() {
    List<String> lines = new ArrayList<>();
    Fuzzer.of(new Drawing(-1)).withProgress(lines::add).run(cases(1, 50));
    assertEquals(10, lines.size(), lines.toString());
    assertTrue(lines.get(0).startsWith("drawing: 5 of 50 numbers, "), lines.get(0));
    assertTrue(lines.get(9).startsWith("drawing: 50 of 50 numbers, "), lines.get(9));
  }

  @Test
  void options_below1_areRefused() {
    assertEquals(
        "count and seconds must be at least 1 but were 0 and 1",
        assertThrows(IllegalArgumentException.class, () -> new FuzzOptions(1, 0, 1))
            .getMessage());
  }
}
