package io.github.moe4j.bench.mutants;

import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** Reads PIT's report of a module, and the lines of its sources. */
final class MutantReport {
  private static final String ROOT = "io.github.moe4j.";

  /** Of a mutant that PIT has not tried yet. */
  private static final Set<String> UNTRIED = Set.of("NOT_STARTED", "STARTED");

  private final Path sources;
  private final Map<Path, List<String>> lines = new HashMap<>();

  private MutantReport(Path sources) {
    this.sources = sources;
  }

  /** The mutants of a module's folder, after a run of its profile. */
  static List<Mutant> read(Path module) throws IOException {
    Path file = module.resolve("target/pit-reports/mutations.xml");
    Require.that(
        Files.isRegularFile(file), "%s does not exist: run the module's profile of PIT", file);
    MutantReport report = new MutantReport(module.resolve("src/main/java"));
    NodeList nodes = parsed(file).getElementsByTagName("mutation");
    List<Mutant> mutants = new ArrayList<>(nodes.getLength());
    for (int i = 0; i < nodes.getLength(); i++) {
      Mutant mutant = report.mutant((Element) nodes.item(i));
      Require.that(!UNTRIED.contains(mutant.status()), "%s: the run of PIT was interrupted", file);
      mutants.add(mutant);
    }
    Require.that(!mutants.isEmpty(), "%s has no mutants", file);
    return mutants;
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
