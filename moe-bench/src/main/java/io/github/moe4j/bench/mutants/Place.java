package io.github.moe4j.bench.mutants;

import java.util.Locale;

/**
 * Where a mutant is, in terms that outlive changes elsewhere in its file.
 *
 * @param type class without {@code io.github.moe4j.}, such as {@code balance.SwitchLoss}
 * @param method its name; that of a lambda without its number
 * @param mutator PIT's short name, such as {@code ConditionalsBoundary}
 * @param line text of the source line, stripped
 */
record Place(String type, String method, String mutator, String line) {
  /** The head of an entry of {@link Equivalent}. */
  String head() {
    return String.format(Locale.ROOT, "%s.%s %s", type, method, mutator);
  }

  @Override
  public String toString() {
    return head() + ": " + line;
  }
}
