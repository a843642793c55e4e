package io.github.moe4j.core.catalogue;

/** One thing that a {@link Catalogue} offers by name. */
public interface CatalogueEntry {
  /** Its name in commands, configurations and results: lower case, as {@code expert-choice}. */
  String name();

  /** Its name in a heading or a table, as {@code Expert choice}. */
  String title();

  /** What it computes, in one line. */
  String formula();

  /**
   * Its page: for what the library brings, the name of the Markdown file without extension, relative
   * to the folder of its catalogue's pages; empty if it has none.
   */
  default String page() {
    return "";
  }
}
