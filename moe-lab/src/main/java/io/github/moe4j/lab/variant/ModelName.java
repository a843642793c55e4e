package io.github.moe4j.lab.variant;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model's name as {@code --routers} takes it: a router, and optionally sizes that this model alone has, as in
 * {@code top-k/E32/k4}.
 *
 * @param router name of the router, or {@code dense}
 * @param experts number of experts of this model; empty for that of the run
 * @param k choices per token of this model; empty for those of the run
 */
public record ModelName(String router, Optional<Integer> experts, Optional<Integer> k) {
  private static final Pattern FORM = Pattern.compile("(.*?)(?:/E(\\d{1,6}))?(?:/k(\\d{1,6}))?");

  /** The parts of a name. */
  public static ModelName parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return new ModelName(text, Optional.empty(), Optional.empty());
    }
    return new ModelName(matcher.group(1), number(matcher.group(2)), number(matcher.group(3)));
  }

  private static Optional<Integer> number(String digits) {
    return Optional.ofNullable(digits).map(Integer::valueOf);
  }
}
