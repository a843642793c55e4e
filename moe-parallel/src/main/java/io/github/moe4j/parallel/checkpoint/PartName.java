package io.github.moe4j.parallel.checkpoint;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name of a part's file.
 *
 * @param step optimizer steps done
 * @param save identifies the save
 * @param rank whose part it is
 */
record PartName(long step, long save, int rank) {
  private static final Pattern FORM =
      Pattern.compile("\\.?step-\\d+-[0-9a-f]{16}\\.rank-\\d+(\\.[0-9a-f-]{36}\\.part)?");

  /** Whether a file is a part, or one that is being written. */
  static boolean isPart(String file) {
    return FORM.matcher(file).matches();
  }

  /** Whether a file is of this save. */
  boolean isOfSave(String file) {
    return file.startsWith(prefix()) || file.startsWith("." + prefix());
  }

  private String prefix() {
    return String.format(Locale.ROOT, "step-%d-%016x.rank-", step, save);
  }

  PartName of(int otherRank) {
    return new PartName(step, save, otherRank);
  }

  @Override
  public String toString() {
    return prefix() + rank;
  }
}
