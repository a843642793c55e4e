package io.github.moe4j.lab.routers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterDocsTest {
  private static final Path DOCS = Path.of("").toAbsolutePath().resolveSibling("docs");

  @Test
  void files_committed_areThoseThatTheCodeGenerates() throws IOException {
    for (Map.Entry<String, String> file : RouterDocs.files().entrySet()) {
      assertEquals(
          file.getValue(),
          Files.readString(DOCS.resolve(file.getKey())),
          "run: java -jar moe-bench/target/moe-bench.jar routers --docs docs; differs: "
              + file.getKey());
    }
  }

  @Test
  void pages_ofAllRouters_existAndShowTheirPicture() throws IOException {
    for (RouterProvider entry : RouterCatalogue.library()) {
      String page = Files.readString(DOCS.resolve("routers/" + entry.page() + ".md"));
      String picture = "images/" + entry.name() + ".svg";
      assertTrue(page.contains(picture), entry.page() + ".md must show " + picture);
    }
  }

  @Test
  void write_emptyFolder_writesAllFiles(@TempDir Path folder) throws IOException {
    int written = RouterDocs.write(folder);
    assertEquals(RouterDocs.files().size(), written);
    assertTrue(Files.exists(folder.resolve("routers.md")));
  }

  @Test
  void index_ofTheDocs_hasThePagesOfAllRouters() throws IOException {
    String index = Files.readString(DOCS.resolve("README.md"));
    assertTrue(index.contains("\n" + RouterDocs.index() + "\n"), "run routers --docs docs");
  }

  @Test
  void counts_onPages_areThatOfTheCatalogue() throws IOException {
    for (Path page : RouterDocs.pagesWithCount(DOCS)) {
      String text = Files.readString(page);
      assertEquals(RouterDocs.withCount(text), text, "run routers --docs docs");
    }
  }
}
