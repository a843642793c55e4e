package io.github.moe4j.bench.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.control.BiasRule;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Router;
import io.github.moe4j.routing.Gate;
import io.github.moe4j.routing.NoiseScale;
import io.github.moe4j.routing.RoutingRule;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a layer is made of is made alike: by a static factory, of or a name that says what it is. */
class FactoriesTest {
  private static final List<Class<?>> KINDS = List.of(
      Router.class,
      Gate.class,
      RoutingRule.class,
      NoiseScale.class,
      CapacityRule.class,
      Experts.class,
      BalanceLoss.class,
      LoadController.class,
      BiasRule.class);

  @Test
  void everyPart_hasAStaticFactory() throws Exception {
    List<Class<?>> parts = new ArrayList<>();
    for (Class<?> module : List.of(Router.class, Gate.class, BalanceLoss.class)) {
      parts.addAll(partsBeside(module));
    }
    assertTrue(parts.size() > 40, parts.toString());
    assertEquals(
        List.of(), parts.stream().filter(part -> !hasFactory(part)).toList(), "without a factory");
  }

  private static boolean hasFactory(Class<?> part) {
    return Arrays.stream(part.getMethods())
        .anyMatch(
            method -> Modifier.isStatic(method.getModifiers()) && method.getReturnType() == part);
  }

  /** Public classes of the kinds above, in the jar or folder of a class. */
  private static List<Class<?>> partsBeside(Class<?> module) throws Exception {
    Path place =
        Path.of(module.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(place)) {
      return parts(place);
    }
    try (FileSystem jar = FileSystems.newFileSystem(place)) {
      return parts(jar.getPath("/"));
    }
  }

  private static List<Class<?>> parts(Path root) throws IOException, ClassNotFoundException {
    List<String> names;
    try (Stream<Path> files = Files.walk(root)) {
      names = files
          .map(file -> root.relativize(file).toString())
          .filter(file -> file.startsWith("io") && file.endsWith(".class"))
          .filter(file -> !file.contains("internal"))
          .map(file -> file.substring(0, file.length() - 6).replace('/', '.').replace('\\', '.'))
          .sorted()
          .toList();
    }
    List<Class<?>> parts = new ArrayList<>();
    for (String name : names) {
      Class<?> type = Class.forName(name, false, FactoriesTest.class.getClassLoader());
      if (Modifier.isPublic(type.getModifiers())
          && !type.isInterface()
          && KINDS.stream().anyMatch(kind -> kind.isAssignableFrom(type))) {
        parts.add(type);
      }
    }
    return parts;
  }
}
