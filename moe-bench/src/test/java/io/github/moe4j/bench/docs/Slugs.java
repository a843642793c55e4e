package io.github.moe4j.bench.docs;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Anchors of the headings of one page, as GitHub makes them. */
final class Slugs {
  private static final Pattern LEFT_OUT = Pattern.compile("[^\\p{L}\\p{M}\\p{N}\\p{Pc}\\- ]");
  private final Map<String, Integer> seen = new HashMap<>();

  /** The anchor of the next heading; the second of one name ends with -1, the third with -2. */
  String next(String heading) {
    String plain = heading.strip().toLowerCase(Locale.ROOT);
    String slug = LEFT_OUT.matcher(plain).replaceAll("").replace(' ', '-');
    String unique = slug;
    while (seen.containsKey(unique)) {
      unique = slug + "-" + seen.merge(slug, 1, Integer::sum);
    }
    seen.put(unique, 0);
    return unique;
  }
}
