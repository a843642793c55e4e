package io.github.moe4j.core.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.watch.PassEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JfrEventsTest {
  private static final List<String> STAGES =
      List.of("moe4j.Route", "moe4j.Dispatch", "moe4j.Experts", "moe4j.Combine");

  @TempDir
  Path folder;

  private final MoeLayer layer = WatchedLayer.builder("block 1").build();
  private final TokenBatch input = TokenBatch.evaluation(WatchedLayer.normal(3, 6));

  /** The layer's events of what runs, in the order in which they begin. */
  private List<RecordedEvent> record(List<String> enabled, Runnable what) throws IOException {
    Path file = folder.resolve("test.jfr");
    try (Recording recording = new Recording()) {
      STAGES.forEach(stage -> {
        if (enabled.contains(stage)) {
          recording.enable(stage).withoutThreshold();
        } else {
          recording.disable(stage);
        }
      });
      recording.start();
      what.run();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
    events.removeIf(event -> !event.getEventType().getName().startsWith("moe4j."));
    events.sort(Comparator.comparing(RecordedEvent::getStartTime));
    return events;
  }

  private static List<String> names(List<RecordedEvent> events) {
    return events.stream().map(event -> event.getEventType().getName()).toList();
  }

  @Test
  void forward_recorded_makesAnEventAStage() throws IOException {
    long start = System.nanoTime();
    List<RecordedEvent> events = record(STAGES, () -> layer.forward(input).close());
    long most = System.nanoTime() - start;
    assertEquals(STAGES, names(events).stream().sorted(order()).toList());
    for (RecordedEvent event : events) {
      assertEquals("block 1", event.getString("layer"));
      assertEquals(6, event.getInt("tokens"));
      assertEquals(3, event.getInt("expertsHit"));
      assertEquals(3, event.getInt("dropped"));
      assertEquals(2.0, event.getDouble("mostLoadedOverMean"));
      assertEquals(0, event.getInt("expertHits"));
      assertEquals(0, event.getInt("expertMisses"));
      assertEquals(false, event.getBoolean("backward"));
      assertTrue(event.getDuration().toNanos() >= 0, event.toString());
      assertTrue(event.getDuration().toNanos() <= most, event.toString());
      assertNull(event.getStackTrace());
    }
  }

  private static Comparator<String> order() {
    return Comparator.comparing(STAGES::indexOf);
  }

  @Test
  void backward_recorded_makesEventsMarkedBackward() throws IOException {
    List<RecordedEvent> events = record(STAGES, () -> {
      try (MoePass pass = layer.forward(input.withMode(PassMode.training()))) {
        pass.backward(WatchedLayer.normal(4, 6));
      }
    });
    assertEquals(8, events.size());
    List<RecordedEvent> back =
        events.stream().filter(event -> event.getBoolean("backward")).toList();
    assertEquals(STAGES, names(back).stream().sorted(order()).toList());
  }

  @Test
  void forward_paddingAlone_isZeroEverywhere() throws IOException {
    TokenBatch padding = input.withMask(TokenMask.of(new boolean[6]));
    for (RecordedEvent event : record(STAGES, () -> layer.forward(padding).close())) {
      assertEquals(0, event.getInt("tokens"));
      assertEquals(0, event.getInt("expertsHit"));
      assertEquals(0.0, event.getDouble("mostLoadedOverMean"));
    }
  }

  @Test
  void forward_oneStageEnabled_makesThatAlone() throws IOException {
    List<RecordedEvent> events =
        record(List.of("moe4j.Experts"), () -> layer.forward(input).close());
    assertEquals(List.of("moe4j.Experts"), names(events));
  }

  @Test
  void forward_notRecorded_makesNothing() throws IOException {
    assertEquals(List.of(), record(List.of(), () -> {
      assertEquals(false, PassEvents.forward().wanted());
      layer.forward(input).close();
    }));
    assertEquals(false, PassEvents.backward().wanted());
  }
}
