package io.github.moe4j.lab.variant;

import io.github.moe4j.lab.report.ModelPart;
import java.util.List;
import java.util.function.Function;

/**
 * One way to build and train the feed-forward parts of the lab's model.
 *
 * @param name short name, as on the command line
 * @param description one plain sentence
 * @param parts what it is made of, for the report
 * @param recipe starts a new model of given sizes
 */
public record Variant(
    String name, String description, List<ModelPart> parts, Function<ModelSizes, Recipe> recipe) {

  /** Copies. */
  public Variant {
    parts = List.copyOf(parts);
  }

  /** Its name where a file is named after it. */
  public String fileName() {
    return fileName(name);
  }

  /** A name where a file is named after it. */
  public static String fileName(String name) {
    return name.replaceAll("[^A-Za-z0-9.+_-]", "-");
  }
}
