package io.github.moe4j.bench.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/** Markdown with tables, as GitHub shows it. */
final class Markdown {
  private static final Parser PARSER = Parser.builder()
      .extensions(List.of(TablesExtension.create()))
      .includeSourceSpans(IncludeSourceSpans.BLOCKS_AND_INLINES)
      .build();

  private Markdown() {}

  static Node parse(Path file) throws IOException {
    return PARSER.parse(Files.readString(file));
  }

  /** What a reader sees of a node, without markup. */
  static String text(Node node) {
    StringBuilder text = new StringBuilder();
    node.accept(new AbstractVisitor() {
      @Override
      public void visit(Text part) {
        text.append(part.getLiteral());
      }

      @Override
      public void visit(Code part) {
        text.append(part.getLiteral());
      }

      @Override
      public void visit(SoftLineBreak part) {
        text.append(' ');
      }
    });
    return text.toString();
  }

  /** The line that a node starts in, from 1. */
  static int line(Node node) {
    Node at = node;
    while (at.getSourceSpans().isEmpty()) {
      at = at.getParent();
    }
    return at.getSourceSpans().get(0).getLineIndex() + 1;
  }
}
