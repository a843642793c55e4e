package io.github.moe4j.bench.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Node;
import org.commonmark.node.Text;

/** A page of the documentation: what it links to, and what in it can be linked to. */
final class Page extends AbstractVisitor {
  private final Path file;
  private final Slugs slugs = new Slugs();
  private final Set<String> anchors = new HashSet<>();
  private final List<Link> links = new ArrayList<>();
  private final List<Link> unread = new ArrayList<>();

  private Page(Path file) {
    this.file = file;
  }

  static Page read(Path file) {
    Page page = new Page(file);
    try {
      Markdown.parse(file).accept(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return page;
  }

  static List<Link> linksIn(Path file, Node node) {
    Page part = new Page(file);
    node.accept(part);
    return part.links();
  }

  Path file() {
    return file;
  }

  Set<String> anchors() {
    return anchors;
  }

  List<Link> links() {
    return links;
  }

  /** What looks like a link but is none, or none that is checked. */
  List<Link> unread() {
    return unread;
  }

  @Override
  public void visit(Heading heading) {
    anchors.add(slugs.next(Markdown.text(heading)));
    visitChildren(heading);
  }

  @Override
  public void visit(org.commonmark.node.Link link) {
    links.add(new Link(Markdown.line(link), link.getDestination(), false));
    visitChildren(link);
  }

  @Override
  public void visit(Image image) {
    links.add(new Link(Markdown.line(image), image.getDestination(), true));
    visitChildren(image);
  }

  @Override
  public void visit(Text text) {
    if (text.getLiteral().contains("](")) {
      unread.add(new Link(Markdown.line(text), text.getLiteral().strip(), false));
    }
  }

  @Override
  public void visit(HtmlInline html) {
    html(html, html.getLiteral());
  }

  @Override
  public void visit(HtmlBlock html) {
    html(html, html.getLiteral());
  }

  private void html(Node node, String literal) {
    String lower = literal.toLowerCase(Locale.ROOT);
    if (lower.contains("href=") || lower.contains("src=")) {
      unread.add(new Link(Markdown.line(node), literal.strip(), false));
    }
  }
}
