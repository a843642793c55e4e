package io.github.moe4j.lab.routers;

import io.github.moe4j.cli.GeneratedPart;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The generated part of the docs: the table of all routers and a picture of each. */
public final class RouterDocs {
  private static final String HEAD = """
      # All routers

      T tokens, E experts, k choices per token; p = softmax of the logits l, σ = sigmoid. Cost excludes
      the gate's matrix product. Each name links to a page with options, sources and a
      picture of the routing of the same 16 tokens and 8 experts. Components and common guarantees of
      routers: [routers](routers/README.md). Writing your own:
      [tutorial](own-router.md). How long they take: [benchmarks](benchmarks.md).

      This page and the pictures are generated:
      `java -jar moe-bench/target/moe-bench.jar routers --docs docs`.

      | router | selection and weights | parameters | experts per token | balanced by design | default balancing | requires | used by | cost |
      |---|---|---|---|---|---|---|---|---|
      """;

  private static final String SOFT_MOE = RouterRow.row(
      "Soft MoE",
      "soft-moe",
      "no choice: slots mix all tokens by a softmax over tokens, tokens mix all slots by one over slots",
      "slots [E,S,D]",
      "all, softly",
      "yes",
      "none",
      "other tokens, also later ones",
      "Soft MoE (Puigcerver et al. 2023), V-MoE code",
      "a layer of its own");

  private static final String HIERARCHICAL = RouterRow.row(
      "Two levels",
      "hierarchical",
      "any router over groups, then any router within each group; weights multiply",
      "both levels' gates",
      "product of both",
      "as its routers",
      "as its routers",
      "as its routers",
      "Shazeer et al. 2017, appendix B; mesh-tensorflow",
      "a layer of layers");

  /** The part of the docs' index that is written. */
  static final String INDEX = "pages of routers";

  private static final Pattern COUNT = Pattern.compile(
      "\\d+( routers\\]\\(routers\\.md\\)| in \\[one table\\]\\(docs/routers\\.md\\))");

  private RouterDocs() {}

  /** Contents of all generated files by their path below the docs. */
  public static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    StringBuilder table = new StringBuilder(HEAD);
    for (RouterProvider router : RouterCatalogue.library()) {
      table.append(RouterRow.row(router));
      files.put(
          picture(router.name()),
          AssignmentPicture.svg(router.title(), RouterExample.weights(router)));
    }
    table.append(SOFT_MOE).append(HIERARCHICAL);
    files.put(picture("soft-moe"), AssignmentPicture.svg("Soft MoE", LayerPictures.softMoe()));
    files.put(
        picture("hierarchical"), AssignmentPicture.svg("Two levels", LayerPictures.hierarchical()));
    files.put("routers.md", table.toString());
    return files;
  }

  private static String picture(String name) {
    return "routers/images/" + name + ".svg";
  }

  /** Links to the page of each router for the index of the docs, with the titles that it is about. */
  static String index() {
    Map<String, List<String>> titles = new LinkedHashMap<>();
    for (RouterProvider router : RouterCatalogue.library()) {
      titles.computeIfAbsent(router.page(), page -> new ArrayList<>()).add(router.title());
    }
    titles.put("soft-moe", List.of("Soft MoE"));
    titles.put("hierarchical", List.of("Two levels"));
    return titles.entrySet().stream()
        .map(page ->
            "[%s](routers/%s.md)".formatted(String.join(" and ", page.getValue()), page.getKey()))
        .collect(Collectors.joining(",\n", "", "."));
  }

  /**
   * A page with the current number of routers.
   *
   * @throws IllegalArgumentException if it names no number
   */
  static String withCount(String page) {
    Matcher told = COUNT.matcher(page);
    Require.that(told.find(), "a page must give the number of routers, as %s", COUNT);
    return told.replaceAll(RouterCatalogue.library().size() + "$1");
  }

  /** Pages, relative to the docs, that give the number of routers. */
  static List<Path> pagesWithCount(Path docs) {
    return List.of(docs.resolve("lab.md"), docs.resolveSibling("README.md"));
  }

  /**
   * Writes all generated files below a folder, and the generated parts of those of its pages that are
   * exist; returns the number of files written.
   */
  public static int write(Path docs) throws IOException {
    Map<String, String> files = files();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path target = docs.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      ReplacedFile.writeText(target, file.getValue());
    }
    if (Files.exists(docs.resolve("README.md"))) {
      GeneratedPart.replace(docs.resolve("README.md"), INDEX, index());
    }
    for (Path page : pagesWithCount(docs.toAbsolutePath())) {
      if (Files.exists(page) && Files.exists(docs.resolve("README.md"))) {
        ReplacedFile.writeText(page, withCount(Files.readString(page)));
      }
    }
    return files.size();
  }
}
