package io.github.moe4j.bench.roofline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which shapes a command measures. */
public final class ShapeOptions {
  @Option(
      names = "--shapes",
      split = ",",
      paramLabel = "NAME",
      description = "Shapes to measure: coarse, fine, small, decode 16, decode 1 (all).")
  private @Nullable List<String> shapes;

  /** Called by picocli. */
  public ShapeOptions() {}

  /**
   * The named shapes, or all.
   *
   * @throws IllegalArgumentException if a name is unknown; the message lists the names
   */
  public List<LayerShape> chosen() {
    return shapes == null
        ? LayerShape.all()
        : shapes.stream().map(LayerShape::named).toList();
  }
}
