package io.github.moe4j.bench.release;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** A pom.xml as it is written, read by XPath. */
record Pom(String name, Document document) {
  static Pom read(Path file) throws IOException {
    try {
      Document document =
          DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
      return new Pom(String.valueOf(file.toAbsolutePath().getParent().getFileName()), document);
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException(file.toString(), e);
    }
  }

  /** The texts at a path below {@code project}, stripped. */
  List<String> all(String path) {
    try {
      NodeList nodes = (NodeList) XPathFactory.newInstance()
          .newXPath()
          .evaluate("/project/" + path, document, XPathConstants.NODESET);
      return IntStream.range(0, nodes.getLength())
          .mapToObj(i -> nodes.item(i).getTextContent().strip())
          .toList();
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException(path, e);
    }
  }

  /** The first text at a path, or none. */
  String text(String path) {
    return all(path).stream().findFirst().orElse("");
  }
}
