package io.github.moe4j.bench.scaling;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * A recording of only the layers' events, which are enabled and disabled while it runs: starting or stopping
 * a recording would write files between the samples.
 */
final class EventSwitch implements AutoCloseable {
  private static final List<String> EVENTS =
      List.of("moe4j.Route", "moe4j.Dispatch", "moe4j.Experts", "moe4j.Combine");

  private final Recording recording = new Recording();

  /** Off. */
  EventSwitch() {
    set(false);
    recording.start();
  }

  void set(boolean on) {
    for (String event : EVENTS) {
      if (on) {
        recording.enable(event).withoutThreshold();
      } else {
        recording.disable(event);
      }
    }
  }

  /** Ends the recording; how many events it has of each layer. */
  Map<String, Integer> countByLayer() {
    recording.stop();
    try {
      Path file = Files.createTempFile("moe4j", ".jfr");
      try {
        recording.dump(file);
        return countByLayer(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Integer> countByLayer(Path file) throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        if (EVENTS.contains(event.getEventType().getName())) {
          counts.merge(event.getString("layer"), 1, Integer::sum);
        }
      }
    }
    return counts;
  }

  @Override
  public void close() {
    recording.close();
  }
}
