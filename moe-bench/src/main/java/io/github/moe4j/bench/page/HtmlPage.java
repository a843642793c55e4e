package io.github.moe4j.bench.page;

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
 * A page in one file that needs no network: a template with the data, the style, the charts' library
 * and the scripts put in.
 *
 * <p>The template has the places {@code {{title}}}, {@code {{css}}}, {@code {{echarts}}}, {@code
 * {{scripts}}} and {@code {{data}}}. The scripts find what they share in the object {@code page}, the
 * data in {@code page.data}.
 *
 * @param owner beside which template and scripts lie
 * @param template its name
 * @param scripts their names, in the order in which they build on one another
 * @param styles names of what follows the shared style; may be empty
 */
public record HtmlPage(Class<?> owner, String template, List<String> scripts, List<String> styles) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\w+)}}");

  /** Copies. */
  public HtmlPage {
    scripts = List.copyOf(scripts);
    styles = List.copyOf(styles);
  }

  /** A page with the shared style only. */
  public HtmlPage(Class<?> owner, String template, List<String> scripts) {
    this(owner, template, scripts, List.of());
  }

  /**
   * The page.
   *
   * @param title plain text
   * @param data of {@link PageJson}
   */
  public String of(String title, Object data) {
    Map<String, String> parts = Map.of(
        "title", escaped(title),
        "css", allStyles(),
        "echarts", forScript(resource(HtmlPage.class, "echarts.min.js")),
        "scripts", forScript(allScripts()),
        "data", PageJson.writeForScript(data));
    Matcher places = PLACEHOLDER.matcher(resource(owner, template));
    return places.replaceAll(
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
