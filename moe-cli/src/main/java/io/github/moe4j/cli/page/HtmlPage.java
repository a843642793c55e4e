package io.github.moe4j.cli.page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A self-contained HTML page: a shared shell with the page's own body, style, scripts and data. Scripts find shared
 * functions in the object {@code page}, the data in {@code page.data}. {@code {{title}}} in the body is the title.
 *
 * @param owner class next to which the resources are
 * @param body name of the HTML within the main element
 * @param styles names of additional styles
 * @param scripts their names, in order of dependency
 */
public record HtmlPage(Class<?> owner, String body, List<String> styles, List<String> scripts) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");

  /** Copies. */
  public HtmlPage {
    scripts = List.copyOf(scripts);
    styles = List.copyOf(styles);
  }

  /**
   * The page.
   *
   * @param title plain text
   * @param data of {@link PageJson}
   */
  public String of(String title, Object data) {
    String shell = resource(HtmlPage.class, "page.template.html");
    return filled(
        filled(shell, Map.of("body", resource(owner, body))),
        Map.of(
            "title", escaped(title),
            "css", allStyles(),
            "echarts", forScript(resource(HtmlPage.class, "echarts.min.js")),
            "scripts", forScript(allScripts()),
            "data", PageJson.writeForScript(data)));
  }

  private static String filled(String template, Map<String, String> parts) {
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(
            place -> Matcher.quoteReplacement(parts.getOrDefault(place.group(1), place.group())));
  }

  private String allStyles() {
    return Stream.concat(shared("page.css"), styles.stream().map(name -> resource(owner, name)))
        .collect(Collectors.joining("\n"));
  }

  private String allScripts() {
    return Stream.of(
            shared("page.js", "page.charts.js"),
            scripts.stream().map(name -> resource(owner, name)),
            shared("page.draw.js"))
        .flatMap(part -> part)
        .collect(Collectors.joining());
  }

  private static Stream<String> shared(String... names) {
    return Stream.of(names).map(name -> resource(HtmlPage.class, name));
  }

  private static String resource(Class<?> owner, String name) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing from this build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the resource " + name + " cannot be read", e);
    }
  }

  /** A script must not hold its own end tag, not even in a string. */
  private static String forScript(String script) {
    return script.replace("</script", "<\\/script");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
