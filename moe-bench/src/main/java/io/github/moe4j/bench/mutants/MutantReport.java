package io.github.moe4j.bench.mutants;

import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** Reads PIT's reports of a module, and the lines of its sources. */
final class MutantReport {
  private static final String ROOT = "io.github.moe4j.";

  /** Of a mutant that PIT has not tried yet. */
  private static final Set<String> UNTRIED = Set.of("NOT_STARTED", "STARTED");

  private final Path sources;
  private final Map<Path, List<String>> lines = new HashMap<>();

  private MutantReport(Path sources) {
    this.sources = sources;
  }

  /**
   * The mutants of a module's folder, after runs of its profile. One that several runs have tried is detected if it is in
   * any of them.
   */
  static List<Mutant> read(Path module) throws IOException {
    Path folder = module.resolve("target/pit-reports");
    List<Path> files = files(folder);
    Require.that(!files.isEmpty(), "%s has no reports: run the module's profile of PIT", folder);
    MutantReport report = new MutantReport(module.resolve("src/main/java"));
    Map<List<String>, Mutant> mutants = new LinkedHashMap<>();
    for (Path file : files) {
      NodeList nodes = parsed(file).getElementsByTagName("mutation");
      Require.that(nodes.getLength() > 0, "%s has no mutants", file);
      for (int i = 0; i < nodes.getLength(); i++) {
        Element node = (Element) nodes.item(i);
        Mutant mutant = report.mutant(node);
        Require.that(
            !UNTRIED.contains(mutant.status()), "%s: the run of PIT was interrupted", file);
        mutants.merge(identity(node), mutant, (first, other) -> first.detected() ? first : other);
      }
    }
    return List.copyOf(mutants.values());
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> reports = Files.list(folder)) {
      return reports
          .map(report -> report.resolve("mutations.xml"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  /** What tells a mutant from the others of its line. */
  private static List<String> identity(Element mutation) {
    return Stream.of(
            "mutatedClass", "mutatedMethod", "methodDescription", "mutator", "indexes", "blocks")
        .map(name -> text(mutation, name))
        .toList();
  }

  private static Element parsed(Path file) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new DefaultHandler()); // which throws and prints nothing
      return builder.parse(file.toFile()).getDocumentElement();
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private Mutant mutant(Element mutation) throws IOException {
    String type = text(mutation, "mutatedClass");
    int number = Integer.parseInt(text(mutation, "lineNumber"));
    Path source = sources
        .resolve(type.substring(0, type.lastIndexOf('.')).replace('.', '/'))
        .resolve(text(mutation, "sourceFile"));
    Place place = new Place(
        type.startsWith(ROOT) ? type.substring(ROOT.length()) : type,
        text(mutation, "mutatedMethod").replaceFirst("^(lambda\\$.*)\\$\\d+$", "$1"),
        text(mutation, "mutator").replaceFirst("^.*\\.", "").replaceFirst("Mutator$", ""),
        line(source, number));
    return new Mutant(
        place,
        Boolean.parseBoolean(mutation.getAttribute("detected")),
        mutation.getAttribute("status"),
        source + ":" + number,
        text(mutation, "description"));
  }

  private String line(Path source, int number) throws IOException {
    List<String> all = lines.get(source);
    if (all == null) {
      all = Files.readAllLines(source);
      lines.put(source, all);
    }
    Require.that(
        number >= 1 && number <= all.size(),
        "%s has %d lines, but the report names line %d: run PIT again",
        source,
        all.size(),
        number);
    return all.get(number - 1).strip();
  }

  private static String text(Element mutation, String name) {
    NodeList nodes = mutation.getElementsByTagName(name);
    Require.that(nodes.getLength() == 1, "a mutation must have one %s", name);
    return nodes.item(0).getTextContent();
  }
}
