package io.github.moe4j.core.catalogue;

import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.regex.Pattern;

/**
 * Entries by name in a fixed order: those of the library, then those that {@link ServiceLoader} finds
 * on the class path, sorted by name.
 *
 * <p>Immutable.
 */
public final class Catalogue<T extends CatalogueEntry> implements Iterable<T> {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9+._-]*");

  private final String subject;
  private final Map<String, T> entries = new LinkedHashMap<>();

  private Catalogue(String subject, List<T> all) {
    this.subject = subject;
    for (T entry : all) {
      String name = entry.name();
      Require.that(
          NAME.matcher(name).matches(),
          "the name of a %s must match %s but was \"%s\" in %s",
          subject,
          NAME,
          name,
          entry.getClass().getName());
      T other = entries.put(name, entry);
      if (other != null) {
        throw new IllegalArgumentException("the %s %s must be defined once but is in %s and in %s"
            .formatted(
                subject, name, other.getClass().getName(), entry.getClass().getName()));
      }
    }
  }

  /**
   * A catalogue of the given entries.
   *
   * @param subject kind of entry in the singular, for messages, such as {@code router}
   * @param entries in order. Copied.
   * @throws IllegalArgumentException if two entries have the same name
   */
  public static <T extends CatalogueEntry> Catalogue<T> of(String subject, List<T> entries) {
    return new Catalogue<>(subject, entries);
  }

  /**
   * A catalogue of the given entries and of the providers of a service that the thread's context class
   * loader finds.
   *
   * @param subject kind of entry in the singular, for messages, such as {@code router}
   * @param service the interface that providers implement
   * @param entries in order, before those found. Copied.
   * @throws java.util.ServiceConfigurationError if a provider cannot be loaded
   * @throws IllegalArgumentException if two entries have the same name
   */
  public static <T extends CatalogueEntry> Catalogue<T> load(
      String subject, Class<T> service, List<? extends T> entries) {
    List<T> found = new ArrayList<>();
    ServiceLoader.load(service).forEach(found::add);
    found.sort(Comparator.comparing(CatalogueEntry::name));
    List<T> all = new ArrayList<>(entries);
    all.addAll(found);
    return new Catalogue<>(subject, all);
  }

  /** All entries in order. */
  public List<T> all() {
    return List.copyOf(entries.values());
  }

  /** All names in order. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /** The entry of a name, if there is one. */
  public Optional<T> find(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /**
   * The entry of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public T get(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalArgumentException(
            "%s must be one of %s but was %s".formatted(subject, names(), name)));
  }

  @Override
  public Iterator<T> iterator() {
    return all().iterator();
  }
}
