package io.github.moe4j.bench.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.junit.jupiter.api.Test;

/** The list of the index is the reading order: each page ends with links to the index and the next. */
class ReadingOrderTest {
  private static final Path DOCS = Path.of("").toAbsolutePath().resolveSibling("docs");
  private static final Path INDEX = DOCS.resolve("README.md");

  @Test
  void lastLine_ofEachPage_leadsToTheIndexAndTheNextPage() throws IOException {
    List<Path> order = order();
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      Stream<Path> next = order.stream().skip(i + 1).limit(1);
      List<Path> expected = Stream.concat(Stream.of(INDEX), next).toList();
      Path page = order.get(i);
      List<Path> last = targets(page, Markdown.parse(page).getLastChild());
      if (!last.equals(expected)) {
        wrong.add("%s: must end with links to %s but with %s"
            .formatted(name(page), names(page, expected), names(page, last)));
      }
    }
    assertTrue(wrong.isEmpty(), "\n" + String.join("\n", wrong));
  }

  @Test
  void list_ofTheIndex_namesEachTopLevelPage() throws IOException {
    List<Path> named = items().stream().flatMap(List::stream).toList();
    try (Stream<Path> files = Files.list(DOCS)) {
      List<String> left = files
          .filter(f -> f.toString().endsWith(".md") && !f.equals(INDEX) && !named.contains(f))
          .map(ReadingOrderTest::name)
          .toList();
      assertEquals(List.of(), left, "not in the list of docs/README.md");
    }
  }

  /** The page that each item is about is the first that it links to. */
  private static List<Path> order() throws IOException {
    List<Path> order = items().stream().map(links -> links.get(0)).toList();
    assertTrue(order.size() >= 15, order.toString());
    assertEquals(order.stream().distinct().toList(), order);
    return order;
  }

  /** What each item of the list links to. */
  private static List<List<Path>> items() throws IOException {
    List<List<Path>> items = new ArrayList<>();
    for (Node at = Markdown.parse(INDEX).getFirstChild(); at != null; at = at.getNext()) {
      if (at instanceof OrderedList) {
        for (Node item = at.getFirstChild(); item != null; item = item.getNext()) {
          items.add(targets(INDEX, item));
        }
      }
    }
    return items;
  }

  private static List<Path> targets(Path page, Node node) {
    return Page.linksIn(page, node).stream()
        .map(link -> page.resolveSibling(link.target()).normalize())
        .toList();
  }

  private static String name(Path page) {
    return DOCS.getParent().relativize(page).toString();
  }

  private static List<String> names(Path page, List<Path> targets) {
    return targets.stream().map(t -> page.getParent().relativize(t).toString()).toList();
  }
}
