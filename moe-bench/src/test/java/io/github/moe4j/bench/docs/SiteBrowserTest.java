package io.github.moe4j.bench.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.page.Browser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The documentation as a site, in Chromium; {@code .ci/site} builds it before. */
@Tag("site")
class SiteBrowserTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path HTML = ROOT.resolve("target/site/html");
  private static final String JAVADOC = "apidocs/";
  private static final Pattern SOURCE = Pattern.compile("/(?:blob|tree)/[^/]+/([^#]*)");

  private static SiteServer site;

  @BeforeAll
  static void serve() throws IOException {
    assertTrue(Files.exists(HTML), () -> HTML + " must have been built by .ci/site");
    String base = Objects.requireNonNullElse(System.getenv("SITE_BASE"), "/");
    site = SiteServer.of(HTML, base);
  }

  @AfterAll
  static void stop() {
    if (site != null) {
      site.close();
    }
  }

  /** What a page has: addresses that it links to, and anchors. */
  private record Read(List<URI> links, Set<String> anchors) {}

  @Test
  void pages_all_areReachableFromTheFirst_withoutMessagesForeignHostsOrBrokenLinks()
      throws IOException {
    List<String> faults = new ArrayList<>();
    Map<String, Read> read = new TreeMap<>();
    Deque<String> next = new ArrayDeque<>(List.of("index.html"));
    try (Browser browser = Browser.open(site.address(""), 390, 844, false)) {
      while (!next.isEmpty()) {
        String name = next.pop();
        if (read.containsKey(name) || name.startsWith(JAVADOC)) {
          continue;
        }
        Read page = read(browser, name, faults);
        read.put(name, page);
        for (URI link : page.links()) {
          if (isWithin(link) && Files.isRegularFile(site.file(link))) {
            next.add(HTML.relativize(site.file(link)).toString());
          }
        }
      }
    }
    Set<URI> seen = new HashSet<>();
    read.forEach((name, page) -> page.links().stream().filter(seen::add).forEach(link -> {
      String fault = fault(link, read);
      if (!fault.isEmpty()) {
        faults.add(name + " " + link + ": " + fault);
      }
    }));
    assertEquals("", String.join("\n", faults));
    assertEquals(expectedPages(), read.keySet());
  }

  private static Read read(Browser browser, String name, List<String> faults) {
    open(browser, name);
    browser.complaints().forEach(message -> faults.add(name + ": " + message));
    String foreign = browser.eval("performance.getEntriesByType('resource').map(e => e.name)"
        + ".filter(n => !n.startsWith(location.origin + '/') && !n.startsWith('data:')).join(' ')");
    if (!foreign.isEmpty()) {
      faults.add(name + ": loads " + foreign);
    }
    int width = Integer.parseInt(browser.eval("document.documentElement.scrollWidth"));
    if (width > 390) {
      faults.add(name + ": " + width + " pixels wide in a window of 390");
    }
    List<URI> links = lines(
            browser.eval("[...document.querySelectorAll('a[href]')].map(a => a.href).join('\\n')"))
        .map(URI::create)
        .distinct()
        .toList();
    Set<String> anchors = lines(
            browser.eval("[...document.querySelectorAll('[id]')].map(e => e.id).join('\\n')"))
        .collect(Collectors.toSet());
    return new Read(links, anchors);
  }

  /** Opens a page and waits until its scripts have taken over. */
  private static void open(Browser browser, String name) {
    browser.go(site.address(name));
    browser.await("document.getElementById('app').__vue_app__");
  }

  private static Stream<String> lines(String text) {
    return text.lines().filter(line -> !line.isEmpty());
  }

  private static boolean isWithin(URI link) {
    return site.address("").getAuthority().equals(link.getAuthority());
  }

  /** Why a link leads nowhere, or nothing. A link of many pages is looked at once. */
  private static String fault(URI link, Map<String, Read> read) {
    if (!isWithin(link)) {
      if (!"https".equals(link.getScheme())) {
        return "not an https URL";
      }
      Matcher source = SOURCE.matcher(link.toString());
      boolean own = link.toString().startsWith(repository());
      return own && source.find() && !Files.exists(ROOT.resolve(source.group(1)))
          ? "no such file in the project"
          : "";
    }
    if (!Files.isRegularFile(site.file(link))) {
      return "no such page";
    }
    Read target = read.get(HTML.relativize(site.file(link)).toString());
    String anchor = link.getFragment();
    return target != null && anchor != null && !target.anchors().contains(anchor)
        ? "no such anchor"
        : "";
  }

  private static String repository() {
    try {
      Matcher url = Pattern.compile("<scm>.*?<url>([^<]+)</url>", Pattern.DOTALL)
          .matcher(Files.readString(ROOT.resolve("pom.xml")));
      assertTrue(url.find(), "pom.xml has no scm");
      return url.group(1) + "/";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A page for each page of the project. */
  private static Set<String> expectedPages() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .map(file -> ROOT.relativize(file).toString())
          .map(name -> name.replaceAll("README\\.md$", "index.html"))
          .map(name -> name.replaceAll("\\.md$", ".html"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void navigation_isTheListOfTheIndex_andLeadsToItsPages() throws IOException {
    String index = Files.readString(ROOT.resolve("docs/README.md"));
    List<String> listed = Pattern.compile("(?m)^\\d+\\. \\[([^]]+)]")
        .matcher(index)
        .results()
        .map(item -> item.group(1))
        .toList();
    try (Browser browser = Browser.open(site.address(""), 1440, 900, false)) {
      open(browser, "");
      String texts = "[...document.querySelectorAll('.VPSidebarItem.level-1 .text')]"
          + ".map(e => e.textContent).join('\\n')";
      List<String> shown = lines(browser.eval(texts)).toList();
      assertEquals(listed, shown.subList(0, Math.min(listed.size(), shown.size())));
      assertTrue(shown.contains("ADR 1: a pass carries its own backward, and every backward adds"));
      browser.eval("[...document.querySelectorAll('.VPSidebarItem a')]"
          + ".find(a => a.textContent.trim() === 'Concepts').click()");
      browser.await("document.querySelector('h1').textContent.startsWith('Concepts')");
      assertEquals(site.address("docs/concepts.html").toString(), browser.eval("location.href"));
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void search_term_leadsToItsPage() throws IOException {
    try (Browser browser = Browser.open(site.address(""), 1440, 900, false)) {
      open(browser, "");
      browser.find(".VPNavBarSearch button").click();
      browser.await("document.querySelector('.search-input')");
      browser.find(".search-input").sendKeys("Sinkhorn");
      browser.await("document.querySelector('.results .result')");
      assertTrue(browser.find(".results .result").getText().contains("Sinkhorn"));
      browser.find(".results .result").click();
      browser.await("location.pathname.endsWith('/docs/routers/sinkhorn.html')");
      browser.await("document.querySelector('h1').textContent.startsWith('Sinkhorn')");
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void colours_ofReaderOrSwitch_areLightOrDark() throws IOException {
    String colours = "[document.body, document.querySelector('.vp-doc pre')].map(e =>"
        + " getComputedStyle(e).backgroundColor + getComputedStyle(e).color).join(' ')";
    String dark = "document.documentElement.classList.contains('dark')";
    try (Browser browser = Browser.open(site.address(""), 1440, 900, false)) {
      open(browser, "");
      assertEquals("false", browser.eval(dark));
      browser.scheme(true);
      browser.await(dark);
      String darkColours = browser.eval(colours);
      browser.find(".VPNavBarAppearance button").click();
      browser.await("!" + dark);
      assertNotEquals(darkColours, browser.eval(colours));
      browser.eval("localStorage.clear()");
      assertEquals(List.of(), browser.complaints());
    }
  }

  @Test
  void javadoc_isReachedFromThePages() throws IOException {
    try (Browser browser = Browser.open(site.address(""), 1440, 900, false)) {
      open(browser, "");
      browser.find(".VPNavBarMenu a[href$='" + JAVADOC + "index.html']").click();
      browser.await("document.querySelector('h1')?.textContent.startsWith('moe4j')");
      assertTrue(browser.texts("a").contains("io.github.moe4j.core"));
      browser.go(site.address(JAVADOC + "io/github/moe4j/core/MoeLayer.html"));
      assertTrue(browser.find("h1").getText().contains("MoeLayer"));
      assertEquals(List.of(), browser.complaints());
    }
  }
}
