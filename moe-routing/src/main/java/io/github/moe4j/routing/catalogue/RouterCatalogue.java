package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.catalogue.Catalogue;
import java.util.List;
import java.util.stream.Stream;

/** All routers by name. */
public final class RouterCatalogue {
  private static final String SUBJECT = "router";

  private RouterCatalogue() {}

  /**
   * Those of the library, and those that {@link java.util.ServiceLoader} finds on the class path.
   *
   * @throws java.util.ServiceConfigurationError if a provider cannot be loaded
   * @throws IllegalArgumentException if two have the same name
   */
  public static Catalogue<RouterProvider> load() {
    return Catalogue.load(SUBJECT, RouterProvider.class, library());
  }

  /** The routers of the library, in the order of its table. */
  public static List<RouterProvider> library() {
    return Stream.of(
            TopKRouters.all(), GroupedRouters.all(), BatchRouters.all(), FurtherRouters.all())
        .flatMap(List::stream)
        .toList();
  }
}
