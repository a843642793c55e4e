package io.github.moe4j.bench.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.release.PublicTypes.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Javadoc says since when a package exists, and a type that is newer than the last release. */
class PublicTypesTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  /** The public types of the last release, one a line; a release writes it (docs/releasing.md). */
  private static final Path RELEASED =
      ROOT.resolve("moe-bench/src/test/resources/released-types.txt");

  private static List<Type> types;

  @BeforeAll
  static void read() throws IOException {
    types = PublicTypes.in(PublicTypes.sources(ROOT));
    assertTrue(types.size() > 300, types.toString());
  }

  @Test
  void packages_saySinceWhenTheyExist() {
    List<Type> packages = types.stream().filter(Type::isPackage).toList();
    assertTrue(packages.size() > 20, packages.toString());
    assertEquals(
        List.of(),
        packages.stream()
            .filter(type -> !type.since().matches("\\d+\\.\\d+\\.\\d+"))
            .map(Type::name)
            .toList(),
        "packages without @since");
  }

  @Test
  void types_newerThanTheLastRelease_saySinceWhenTheyExist() throws IOException {
    // Before the first release all types are as old as their package.
    if (Files.exists(RELEASED)) {
      Set<String> released = Set.copyOf(Files.readAllLines(RELEASED));
      assertTrue(released.size() > 300, released.toString());
      assertEquals(List.of(), PublicTypes.withoutSince(types, released), "types without @since");
    }
  }

  @Test
  void upgrading_oldTypesAreGone_andNewOnesExist() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/upgrading.md"));
    Set<String> names = types.stream()
        .map(type -> type.name().replaceFirst("^io\\.github\\.moe4j\\.", ""))
        .collect(Collectors.toSet());
    Matcher rows = Pattern.compile("(?m)^\\| (.*?) \\| `([\\w.]+)`.* \\|$")
        .matcher(page.substring(page.indexOf("### Types"), page.indexOf("### Methods")));
    int count = 0;
    while (rows.find()) {
      assertTrue(names.contains(rows.group(2)), "no such type: " + rows.group(2));
      String old = rows.group(1).replaceFirst("^`([\\w.]+)`.*", "$1");
      assertFalse(names.contains(old), "still there: " + old);
      count++;
    }
    assertTrue(count >= 30, "rows: " + count);
  }

  @Test
  void in_source_findsPublicTypesAndWhatTheySay(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("Outer.java");
    Files.writeString(file, """
        package a.b;
        /** An old one. */
        public interface Outer {
          /**
           * A new one.
           *
           * @since 0.2.0
           */
          record Nested() {}
          class Bare { class Hidden { public class Deeper {} } }
        }
        class Other { public class InOther {} }
        """);
    List<Type> found = PublicTypes.in(List.of(file));
    assertEquals(
        List.of(
            new Type("a.b.Outer", ""),
            new Type("a.b.Outer.Nested", "0.2.0"),
            new Type("a.b.Outer.Bare", "")),
        found);
    assertEquals(List.of("a.b.Outer.Bare"), PublicTypes.withoutSince(found, Set.of("a.b.Outer")));
    assertEquals(List.of("a.b.Outer", "a.b.Outer.Bare"), PublicTypes.withoutSince(found, Set.of()));
  }
}
