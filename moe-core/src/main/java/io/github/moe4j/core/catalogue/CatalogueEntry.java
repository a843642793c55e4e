package io.github.moe4j.core.catalogue;

/** An entry of a {@link Catalogue}. */
public interface CatalogueEntry {
  /** Its name in commands, configurations and results: lower case, as {@code expert-choice}. */
  String name();

  /** Its name in a heading or a table, as {@code Expert choice}. */
  String title();

  /** What it computes, in one line. */
  String formula();

  /**
   * Its documentation page: for entries of the library, the name of the Markdown file without
   * extension, relative to the folder of its catalogue's pages; empty if it has none.
   */
  default String page() {
    return "";
  }
}
