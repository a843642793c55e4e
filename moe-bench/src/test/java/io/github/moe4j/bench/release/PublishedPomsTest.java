package io.github.moe4j.bench.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Published POMs have what Maven Central demands, and the BOM agrees with them. */
class PublishedPomsTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final String SKIP = "properties/maven.deploy.skip";
  /** What a module says itself. */
  private static final List<String> OWN = List.of("name", "description");
  /** What it may inherit. */
  private static final List<String> SHARED = List.of(
      "url",
      "inceptionYear",
      "licenses/license/name",
      "licenses/license/url",
      "developers/developer/name",
      "developers/developer/url",
      "scm/connection",
      "scm/developerConnection",
      "scm/url",
      "issueManagement/system",
      "issueManagement/url");

  private static Pom parent;
  private static Pom bom;
  private static final List<Pom> MODULES = new ArrayList<>();

  @BeforeAll
  static void read() throws IOException {
    parent = Pom.read(ROOT.resolve("pom.xml"));
    for (String module : parent.all("modules/module")) {
      Pom pom = Pom.read(ROOT.resolve(module).resolve("pom.xml"));
      if (module.equals("moe-bom")) {
        bom = pom;
      } else if (!pom.text(SKIP).equals("true")) {
        MODULES.add(pom);
      }
    }
    assertTrue(MODULES.size() >= 4, MODULES.toString());
  }

  @Test
  void parentAndBom_haveAllThatMavenCentralDemands() {
    for (String path : SHARED) {
      assertFalse(parent.text(path).isEmpty(), path);
      assertEquals(parent.all(path), bom.all(path), path);
    }
    OWN.forEach(
        path -> assertFalse(parent.text(path).isEmpty() || bom.text(path).isEmpty(), path));
  }

  @Test
  void modules_haveNameAndDescription_andInheritTheRest() {
    for (Pom module : MODULES) {
      OWN.forEach(path -> assertFalse(module.text(path).isEmpty(), module.name() + ": " + path));
      SHARED.forEach(path -> assertEquals("", module.text(path), module.name() + ": " + path));
      assertEquals("moe4j-parent", module.text("parent/artifactId"), module.name());
    }
  }

  @Test
  void modules_dependOnPublishedOnesAlone_exceptInTests() {
    List<String> published =
        MODULES.stream().map(module -> module.text("artifactId")).toList();
    for (Pom module : MODULES) {
      List<String> own = module.all("dependencies/dependency[starts-with(artifactId, 'moe-')]"
          + "[not(scope = 'test')]/artifactId");
      assertTrue(published.containsAll(own), module.name() + ": " + own);
    }
  }

  @Test
  void modules_thatAreNotPublished_areOfThisRepositoryAlone() {
    List<String> skipped = new ArrayList<>(parent.all("modules/module"));
    MODULES.forEach(module -> skipped.remove(module.name()));
    skipped.remove("moe-bom");
    assertEquals(List.of("moe-conformance", "moe-fuzz", "moe-bench", "moe-consumer"), skipped);
  }

  @Test
  void bom_namesEveryPublishedModule() {
    String own = "dependencyManagement/dependencies/dependency[groupId='io.github.moe4j']";
    assertEquals(
        MODULES.stream().map(module -> module.text("artifactId")).sorted().toList(),
        bom.all(own + "[not(type)]/artifactId").stream().sorted().toList());
    assertEquals(
        List.of("${project.version}"),
        bom.all(own + "/version").stream().distinct().toList());
  }

  @Test
  void bom_hasTheVersionsOfTheParent() {
    assertEquals(parent.text("version"), bom.text("version"));
    for (String property : properties()) {
      assertEquals(
          parent.all("properties/" + property), bom.all("properties/" + property), property);
    }
  }

  @Test
  void bom_managesNativesOfOpenBlasAndJavacpp_asTheParentDoes() {
    for (String artifact : List.of("openblas", "javacpp")) {
      String own = "dependencyManagement/dependencies/dependency[artifactId='" + artifact + "']";
      List<String> platforms = bom.all(own + "/classifier");
      assertEquals(5, platforms.size(), platforms.toString());
      assertEquals(platforms, parent.all(own + "/classifier"));
      assertEquals(platforms, bom.all(own.replace(artifact, "openblas") + "/classifier"));
      String version = "${" + artifact + ".version}";
      assertEquals(
          List.of(version), bom.all(own + "/version").stream().distinct().toList());
      assertEquals(
          List.of(version), parent.all(own + "/version").stream().distinct().toList());
      String platform = own.replace(artifact, artifact + "-platform") + "/version";
      assertEquals(List.of(version), bom.all(platform));
    }
  }

  @Test
  void bom_hasNoParent_whoseManagedVersionsItWouldHandOn() {
    assertEquals(List.of(), bom.all("parent"));
  }

  @Test
  void versions_inReadmeAndGuide_areThatOfTheProject() throws IOException {
    Pattern version = Pattern.compile("moe-bom</artifactId>.*\\n\\s*<version>(.*)</version>");
    for (String page : List.of("README.md", "docs/getting-started.md")) {
      List<String> named = version
          .matcher(Files.readString(ROOT.resolve(page)))
          .results()
          .map((MatchResult m) -> m.group(1))
          .toList();
      assertEquals(List.of(parent.text("version")), named, page);
    }
  }

  @Test
  void versions_ofBackendAndLogger_areThoseOfTheBuild() throws IOException {
    for (String page : List.of("README.md", "docs/getting-started.md")) {
      String text = Files.readString(ROOT.resolve(page));
      for (String artifact : List.of("nd4j-native:nd4j.version", "slf4j-nop:slf4j.version")) {
        String[] parts = artifact.split(":");
        String pattern = "(?s).*%s</artifactId>[^\n]*\n +<version>%s<.*"
            .formatted(parts[0], Pattern.quote(parent.text("properties/" + parts[1])));
        assertTrue(text.matches(pattern), page + ": " + artifact);
      }
    }
  }

  @Test
  void versions_ofSparkHome_areThoseOfTheBuild() throws IOException {
    Pom home = Pom.read(ROOT.resolve("moe-spark/spark-home/pom.xml"));
    for (String property : List.of("spark.version", "dependency.plugin.version")) {
      String path = "properties/" + property;
      assertEquals(parent.text(path), home.text(path), property);
    }
    String page = Files.readString(ROOT.resolve("docs/spark.md"));
    String version = "<version>" + parent.text("properties/spark.version") + "</version>";
    assertTrue(page.contains("spark-core_2.13</artifactId>\n  " + version), version);
  }

  @Test
  void pom_ofTheGuideToComparing_isThatOfTheTourWithoutTests() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/compare-own-router.md"));
    String tour = Files.readString(ROOT.resolve("docs/tour.md"));
    String begin = "```xml pom.xml\n";
    int from = tour.indexOf(begin);
    String tested = tour.substring(from, tour.indexOf("```\n", from + begin.length()) + 4)
        .replace("<artifactId>tour</artifactId>", "<artifactId>compare-router</artifactId>")
        .replaceFirst(
            "(?s)    <dependency>(?:(?!<dependency>).)*<scope>test</scope>.*?</dependency>\n", "")
        .replaceFirst("(?s)\n  <build>.*</build>\n", "");
    assertTrue(page.contains(tested), tested);
    assertTrue(tour.contains(
        "<version>" + parent.text("properties/surefire.plugin.version") + "</version>"));
  }

  @Test
  void pom_ofTheGuideToTesting_isTheOneThatIsTested() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/testkit.md"));
    String tested = Files.readString(ROOT.resolve("moe-consumer/src/it/own-tests/pom.xml"))
        .replaceFirst("(?s)\n      <!-- Versions of plugins.*?(?=\n    </plugins>)", "")
        .replace("@project.version@", parent.text("version"));
    for (String property : List.of("nd4j.version", "slf4j.version", "surefire.plugin.version")) {
      tested = tested.replace("@" + property + "@", parent.text("properties/" + property));
    }
    assertTrue(page.contains("```xml pom.xml\n" + tested + "```\n"), tested);
  }

  @Test
  void versions_inSecurityNotes_areThoseOfTheBom() throws IOException {
    String notes = Files.readString(ROOT.resolve("SECURITY.md"));
    String others = "dependencyManagement/dependencies/dependency[groupId!='io.github.moe4j']";
    // A platform is a list of artifacts, of the version of what it lists.
    List<String> artifacts = bom.all(others + "/artifactId").stream()
        .filter(artifact -> !artifact.endsWith("-platform"))
        .distinct()
        .toList();
    assertTrue(artifacts.size() >= 7, artifacts.toString());
    for (String artifact : artifacts) {
      String row = "(?m)^\\| `[\\w.-]+:%s` \\|.*\\| %s \\|$"
          .formatted(artifact, Pattern.quote(bom.text("properties/" + artifact + ".version")));
      assertTrue(Pattern.compile(row).matcher(notes).find(), row);
    }
  }

  private static List<String> properties() {
    List<String> names = new ArrayList<>();
    var children = bom.document().getElementsByTagName("properties").item(0).getChildNodes();
    for (int i = 0; i < children.getLength(); i++) {
      if (children.item(i).getNodeName().contains(".")) {
        names.add(children.item(i).getNodeName());
      }
    }
    assertTrue(names.size() >= 8, names.toString());
    return names;
  }
}
