package io.github.moe4j.bench.docs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.commonmark.ext.gfm.tables.TableBody;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.CustomBlock;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Node;

/** The rows of all tables of a page. */
final class PaperMap extends AbstractVisitor {
  private final Path file;
  private final List<Row> rows = new ArrayList<>();

  private PaperMap(Path file) {
    this.file = file;
  }

  static List<Row> rowsOf(Path file) throws IOException {
    PaperMap map = new PaperMap(file);
    Markdown.parse(file).accept(map);
    return map.rows;
  }

  @Override
  public void visit(CustomBlock block) {
    visitChildren(block);
  }

  @Override
  public void visit(CustomNode node) {
    if (node instanceof TableRow && node.getParent() instanceof TableBody) {
      rows.add(row(node));
    } else {
      visitChildren(node);
    }
  }

  private Row row(Node node) {
    List<String> cells = new ArrayList<>();
    for (Node cell = node.getFirstChild(); cell instanceof TableCell; cell = cell.getNext()) {
      cells.add(Markdown.text(cell));
    }
    List<String> links = Page.linksIn(file, node).stream().map(Link::target).toList();
    return new Row(Markdown.line(node), cells, links);
  }

  /**
   * One row.
   *
   * @param cells text of each
   * @param links targets of all of them
   */
  record Row(int line, List<String> cells, List<String> links) {
    List<String> classes() {
      return links.stream().filter(l -> l.contains("/src/main/java/")).toList();
    }

    List<String> tests() {
      return links.stream().filter(l -> l.endsWith("Test.java")).toList();
    }

    List<String> pages() {
      return links.stream().filter(l -> l.endsWith(".md")).toList();
    }
  }
}
