package io.github.moe4j.bench.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.Watch;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SoakTest {
  @TempDir
  Path folder;

  private record Task(String name, AtomicLong runs, int changesAt) implements SoakTask {
    @Override
    public long run() {
      return runs.incrementAndGet() >= changesAt ? 2 : 1;
    }
  }

  private static Task task(String name, int changesAt) {
    return new Task(name, new AtomicLong(), changesAt);
  }

  @Test
  void run_tasks_eachIsRepeatedAtLeastAtTheEnd() throws IOException {
    List<SoakTask> tasks = SoakTasks.in(folder);

    Soak.Result result = new Soak(2, 0, 1, 5).run(tasks, Watch.none());

    assertEquals(List.of(), result.changed());
    assertEquals(tasks.size(), result.runs().size(), "names differ");
    result.runs().forEach((name, runs) -> assertTrue(runs >= 2, name));
  }

  @Test
  void run_checksumThatChanges_isNamedWithBoth() throws IOException {
    Soak.Result result = new Soak(1, 0, 1, 5)
        .run(List.of(task("steady", Integer.MAX_VALUE), task("changing", 2)), Watch.none());

    assertTrue(result.changed().contains("changing: 1, then 2"), result.changed()::toString);
    assertTrue(result.changed().stream().noneMatch(change -> change.startsWith("steady")));
    assertTrue(SoakTable.of(result).contains("Changed bits: changing: 1, then 2"));
  }

  @Test
  void run_pointsWhileCallersWork_haveMemoryAndUnits() throws IOException {
    Soak.Result result =
        new Soak(2, 1, 1, 5).run(List.of(task("steady", Integer.MAX_VALUE)), Watch.none());

    assertEquals(1, result.points().size());
    assertTrue(result.points().get(0).units() > 1);
    assertTrue(result.points().get(0).heapKilobytes() > 0);
  }

  @Test
  void run_taskFails_failureIsThrown() {
    IllegalStateException cause = new IllegalStateException("broken");
    AtomicLong runs = new AtomicLong();
    SoakTask broken = new SoakTask() {
      @Override
      public String name() {
        return "broken";
      }

      @Override
      public long run() {
        if (runs.incrementAndGet() > 1) {
          throw cause;
        }
        return 1;
      }
    };

    IllegalStateException failure = assertThrows(
        IllegalStateException.class,
        () -> new Soak(1, 60, 60, 5).run(List.of(broken), Watch.none()));

    assertSame(cause, failure.getCause());
  }

  private static List<SoakPoint> points(int... kilobytes) {
    return IntStream.range(0, kilobytes.length)
        .mapToObj(i -> new SoakPoint(60L * i, i, kilobytes[i], null, 2L * kilobytes[i]))
        .toList();
  }

  @Test
  void growth_ofLastThirdOverSecond_firstIsWarmUp() {
    List<SoakPoint> points = points(1, 2, 3, 100, 200, 100, 104, 103, 900);

    assertEquals(new Growth(100, 104), Growth.of(points, SoakPoint::heapKilobytes));
    assertEquals(new Growth(200, 208), Growth.of(points, SoakPoint::processKilobytes));
    assertEquals(0.04, new Growth(100, 104).share(), 1e-12);
    assertNull(Growth.of(points, SoakPoint::jvmKilobytes), "unknown");
    assertNull(Growth.of(points(1, 2), SoakPoint::heapKilobytes), "too few");
  }

  @Test
  void table_manyPoints_atMostTwelveRowsWithTheLast() {
    int[] kilobytes = IntStream.rangeClosed(1, 60).map(i -> 1024 * i).toArray();
    String table =
        SoakTable.of(new Soak.Result(points(kilobytes), Map.of("steady", 5L), List.of()));

    assertEquals(12, table.lines().filter(line -> line.matches("\\| \\d.*")).count());
    assertTrue(table.contains("| 59.0 | 59 | 60.0 | unknown | 120.0 |"), table);
    assertTrue(table.contains("heap +65.57 %, JVM besides heap unknown"), table);
    assertTrue(table.contains("All bits are those of the first runs."), table);
  }

  @Test
  void parse_nativeMemory_heapAndRest() {
    String text = """
        Native Memory Tracking:

        Total: reserved=3542134KB, committed=631390KB
        -                 Java Heap (reserved=2097152KB, committed=524288KB)
                                    (mmap: reserved=2097152KB, committed=524288KB)
        """;
    assertEquals(new JvmMemory(524_288, 107_102), JvmMemory.parse(text));
    assertNull(JvmMemory.parse("Native memory tracking is not enabled"));
  }

  @Test
  void call_wrongOptions_areOneLineAndExitCode2() {
    StringWriter err = new StringWriter();
    for (String wrong : List.of("--minutes=0", "--minutes=NaN", "--every=0", "--callers=-1")) {
      err.getBuffer().setLength(0);
      CommandLine line = new CommandLine(new SoakCommand()).setErr(new PrintWriter(err, true));
      assertEquals(2, line.execute(wrong), wrong);
      assertEquals(1, err.toString().lines().count(), err::toString);
    }
  }
}
