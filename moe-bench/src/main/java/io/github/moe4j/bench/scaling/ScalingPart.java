package io.github.moe4j.bench.scaling;

import com.sun.management.OperatingSystemMXBean;
import io.github.moe4j.bench.peers.Timing;
import io.github.moe4j.bench.roofline.LayerShape;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Consumer;

/** One part of the scaling measurement. */
interface ScalingPart {
  /** Name for {@code --parts} and in the JSON file. */
  String name();

  /** How many steps of its timing there are, for progress. */
  long steps();

  /**
   * Measures. A stoppable timing may end it with a {@link
   * io.github.moe4j.cli.StoppedException}.
   *
   * @param progress gets what is measured next
   */
  Result measure(Consumer<String> progress);

  /**
   * The answer.
   *
   * @param markdown a headed table
   * @param figures the same for the JSON file
   */
  record Result(String markdown, Object figures) {}

  /** Memory of the machine. */
  private static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /**
   * All parts, with the shapes of the performance page.
   *
   * @param calls of the memory measurement
   */
  static List<ScalingPart> all(Timing timing, int calls) {
    LayerShape coarse = LayerShape.named("coarse");
    LayerShape small = LayerShape.named("small");
    LayerShape decode16 = LayerShape.named("decode 16");
    LayerShape decode1 = LayerShape.named("decode 1");
    return List.of(
        new ExpertsPart(
            new LayerShape("experts", 2048, 512, 256, 8, 2),
            List.of(8, 16, 32, 64, 128, 256),
            timing),
        new TokensPart(List.of(coarse, small), List.of(512, 1024, 2048, 4096, 8192, 16384), timing),
        new SkewPart(coarse, timing),
        new CallersPart(List.of(coarse, small, decode16), timing),
        new SteadyPart(
            small,
            calls,
            List.of(small, coarse, LayerShape.named("fine"), decode16, decode1),
            timing),
        ObservabilityPart.of(List.of(small, coarse, decode1), timing),
        new QuantizedPart(
            List.of(
                new QuantizedPart.Case(decode1, false),
                // 1.8 GB of float32 weights, more than a cache holds in any format
                new QuantizedPart.Case(new LayerShape("decode cold", 1, 512, 1792, 160, 2), true),
                new QuantizedPart.Case(decode16, false),
                new QuantizedPart.Case(coarse, false)),
            timing),
        MappedPart.of(memoryBytes(), timing));
  }
}
