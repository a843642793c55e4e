package io.github.moe4j.lab.routers;

import io.github.moe4j.core.internal.ReplacedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The generated part of the docs: the table of all routers and a picture of each. */
public final class RouterDocs {
  private static final String HEAD = """
      # All routers

      T tokens, E experts, k choices per token; p = softmax of the logits l, σ = sigmoid. Cost is
      beside the matrix product of the gate. Each name leads to a page with options, sources and a
      picture of what the router makes of the same 16 tokens and 8 experts. How routers are put
      together and what all of them keep: [routers](routers/README.md). Writing your own:
      [tutorial](own-router.md). How long they take: [benchmarks](benchmarks.md).

      This page and the pictures are generated:
      `java -jar moe-bench/target/moe-bench.jar routers --docs docs`.

      | router | chooses and weighs | learns | k | balanced by design | needs | used by | cost |
      |---|---|---|---|---|---|---|---|
      """;

  private static final RouterFacts SOFT_MOE = new RouterFacts(
      "no choice: slots mix all tokens by a softmax over tokens, tokens mix all slots by one over slots",
      "slots [E,S,D]",
      "all, softly",
      "yes",
      "other tokens, also later ones",
      "Soft MoE (Puigcerver et al. 2023), V-MoE code",
      "a layer of its own");

  private static final RouterFacts HIERARCHICAL = new RouterFacts(
      "any router over groups, then any router within each group; weights multiply",
      "both levels' gates",
      "product of both",
      "as its routers",
      "as its routers",
      "Shazeer et al. 2017, appendix B; mesh-tensorflow",
      "a layer of layers");

  private RouterDocs() {}

  /** Contents of all generated files by their path below the docs. */
  public static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    StringBuilder table = new StringBuilder(HEAD);
    for (RouterEntry entry : RouterCatalogue.all()) {
      table.append(row(entry.title(), entry.page(), entry.facts()));
      files.put(
          picture(entry.name()),
          AssignmentPicture.svg(entry.title(), RouterExample.weights(entry)));
    }
    table.append(row("Soft MoE", "soft-moe", SOFT_MOE));
    table.append(row("Two levels", "hierarchical", HIERARCHICAL));
    files.put(picture("soft-moe"), AssignmentPicture.svg("Soft MoE", LayerPictures.softMoe()));
    files.put(
        picture("hierarchical"), AssignmentPicture.svg("Two levels", LayerPictures.hierarchical()));
    files.put("routers.md", table.toString());
    return files;
  }

  private static String picture(String name) {
    return "routers/images/" + name + ".svg";
  }

  /** Writes all generated files below a folder, and returns how many. */
  public static int write(Path docs) throws IOException {
    Map<String, String> files = files();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path target = docs.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      ReplacedFile.writeText(target, file.getValue());
    }
    return files.size();
  }

  private static String row(String title, String page, RouterFacts facts) {
    return "| [%s](routers/%s.md) | %s | %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            title,
            page,
            facts.formula(),
            facts.learned(),
            facts.choices(),
            facts.balanced(),
            facts.needs(),
            facts.usedBy(),
            facts.cost());
  }
}
