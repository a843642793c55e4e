package io.github.moe4j.lab.report;

/**
 * A part of a model, with a description.
 *
 * @param kind {@code "router"}, {@code "balance"}, {@code "capacity"} or {@code "experts"}
 * @param name as on the command line
 * @param text a description in plain words
 * @param formula how it is computed, in the notation of the docs; may be empty
 */
public record ModelPart(String kind, String name, String text, String formula) {

  /** Validates. */
  public ModelPart {
    Checks.present("text", text);
    Checks.present("formula", formula);
    if (Checks.present("kind", kind).isBlank() || Checks.present("name", name).isBlank()) {
      throw new IllegalArgumentException("kind and name of a part must not be blank");
    }
  }
}
