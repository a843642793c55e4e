package io.github.moe4j.core.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
  private record Named(String name) implements CatalogueEntry {
    @Override
    public String title() {
      return name;
    }

    @Override
    public String formula() {
      return "y = " + name;
    }
  }

  private static Catalogue<Named> catalogue(String... names) {
    return Catalogue.of("router", List.of(names).stream().map(Named::new).toList());
  }

  @Test
  void names_severalEntries_inOrder() {
    assertEquals(List.of("top-k", "base"), catalogue("top-k", "base").names());
    assertEquals(
        List.of(new Named("top-k"), new Named("base")),
        catalogue("top-k", "base").all());
  }

  /** A service of this test. */
  public interface Service extends CatalogueEntry {
    @Override
    default String title() {
      return name();
    }

    @Override
    default String formula() {
      return name();
    }
  }

  /** A provider. */
  public static final class Later implements Service {
    @Override
    public String name() {
      return "later";
    }
  }

  /** Another. */
  public static final class Earlier implements Service {
    @Override
    public String name() {
      return "earlier";
    }
  }

  @Test
  void load_providersOfTheContextClassLoader_byNameAfterTheGivenEntries(@TempDir Path folder)
      throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(
        services.resolve(Service.class.getName()),
        List.of(Later.class.getName(), Earlier.class.getName()));
    Service own = () -> "own";
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader found = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(found);
      assertEquals(
          List.of("own", "earlier", "later"),
          Catalogue.load("service", Service.class, List.of(own)).names());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void get_knownName_itsEntry() {
    assertEquals(new Named("base"), catalogue("top-k", "base").get("base"));
  }

  @Test
  void get_unknownName_errorListsNames() {
    var e = assertThrows(
        IllegalArgumentException.class, () -> catalogue("top-k", "base").get("topk"));
    assertEquals("router must be one of [top-k, base] but was topk", e.getMessage());
    assertEquals(Optional.empty(), catalogue("top-k").find("topk"));
  }

  @Test
  void of_sameNameTwice_error() {
    var e = assertThrows(IllegalArgumentException.class, () -> catalogue("base", "base"));
    assertTrue(e.getMessage().startsWith("the router base must be defined once"), e.getMessage());
  }

  @Test
  void of_badName_error() {
    for (String name : List.of("", "Top-K", "a b", "-a")) {
      assertThrows(IllegalArgumentException.class, () -> catalogue(name), name);
    }
  }
}
