package io.github.moe4j.core.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

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
