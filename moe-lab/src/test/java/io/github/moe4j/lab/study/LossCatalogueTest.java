package io.github.moe4j.lab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.moe4j.balance.BalanceLoss;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LossCatalogueTest {
  private static final String FOLDER = "io/github/moe4j/balance";

  @Test
  void values_ofAllLossesOfTheModule_haveAnEntry() throws Exception {
    Set<String> inModule = new TreeSet<>();
    for (String name : classNames()) {
      Class<?> type = Class.forName("io.github.moe4j.balance." + name);
      if (BalanceLoss.class.isAssignableFrom(type)
          && !type.isInterface()
          && Modifier.isPublic(type.getModifiers())) {
        inModule.add(name);
      }
    }
    Set<String> inCatalogue = new TreeSet<>();
    for (LossCatalogue entry : LossCatalogue.values()) {
      Class<?> type = entry.create(8, 2).getClass();
      if (!type.isAnonymousClass()) { // a composite at a step
        inCatalogue.add(type.getSimpleName());
      }
    }
    assertFalse(inModule.isEmpty());
    assertEquals(inModule, inCatalogue);
  }

  /** Top-level classes of the package, from the module's folder or jar. */
  private static Set<String> classNames() throws IOException, URISyntaxException {
    Path source = Path.of(
        BalanceLoss.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(source)) {
      return classNames(source.resolve(FOLDER));
    }
    try (FileSystem jar =
        FileSystems.newFileSystem(URI.create("jar:" + source.toUri()), java.util.Map.of())) {
      return classNames(jar.getPath(FOLDER));
    }
  }

  private static Set<String> classNames(Path folder) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class") && !name.contains("$") && !name.contains("-"))
          .forEach(name -> names.add(name.substring(0, name.length() - ".class".length())));
    }
    return names;
  }
}
