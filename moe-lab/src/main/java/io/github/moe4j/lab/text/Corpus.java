package io.github.moe4j.lab.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The text that the lab trains on, in domains whose names show what the experts specialize in.
 *
 * <p>A line that occurs more than once, within a domain or in two of them, is kept where it comes
 * first only: training and validation text can then share no line.
 *
 * @param domains at least one, each with at least two lines that occur in none before it
 */
public record Corpus(List<Domain> domains) {

  /** Validates, copies and removes repeated lines. */
  public Corpus {
    if (domains.isEmpty()) {
      throw new CorpusException("a corpus needs at least one domain");
    }
    domains = withoutRepeats(domains);
  }

  /**
   * Text that needs no download: the names of languages, countries, scripts, currencies, time
   * zones, months and days of the week in every language for which this Java runtime has at least
   * 8,000 characters of its own, one domain a language. The same runtime always gives the same
   * text; another release may know more languages and names. Takes some seconds.
   *
   * @return about a hundred languages in more than twenty scripts
   * @throws CorpusException if the runtime was built without the names, which are in the module
   *     {@code jdk.localedata}
   */
  public static Corpus displayNames() {
    List<Domain> languages = DisplayNames.domains();
    if (languages.size() < 2) {
      throw new CorpusException("this Java runtime has names in "
          + languages.size()
          + " languages only: it lacks the module jdk.localedata; use --text FILE");
    }
    return new Corpus(languages);
  }

  /**
   * The user's own text, one domain per file. Blank lines are left out, and so is a byte order mark.
   *
   * @param files UTF-8 text; a domain is named by its file name, or by its path as given where two
   *     files have the same name
   * @return one domain per file, in the order given
   * @throws CorpusException if there is no file, or one cannot be read, is too large, is not UTF-8
   *     or has fewer than two lines of its own
   */
  public static Corpus ofFiles(List<Path> files) {
    return new Corpus(TextFiles.read(files));
  }

  /**
   * Names the domains.
   *
   * @return the names in order
   */
  public List<String> domainNames() {
    return domains.stream().map(Domain::name).toList();
  }

  /**
   * Divides every domain by lines; each has at least one line in both parts, and a part keeps the
   * order of the lines.
   *
   * @param seed decides which lines; the same seed gives the same split on every Java runtime
   * @param validationShare share of each domain's lines to hold out, above 0 and below 1
   * @return text to train on and text to validate on, which have no line in common
   */
  public Split split(long seed, double validationShare) {
    if (!(validationShare > 0 && validationShare < 1)) {
      throw new IllegalArgumentException(
          "validationShare must be above 0 and below 1 but was " + validationShare);
    }
    Random random = new Random(seed);
    List<Domain> train = new ArrayList<>();
    List<Domain> validation = new ArrayList<>();
    for (Domain domain : domains) {
      Set<String> held = new HashSet<>(sample(domain.lines(), validationShare, random));
      train.add(part(domain, held, false));
      validation.add(part(domain, held, true));
    }
    return new Split(new TextData(train), new TextData(validation));
  }

  private static List<String> sample(List<String> lines, double share, Random random) {
    int wanted = (int) Math.round(lines.size() * share);
    List<String> shuffled = new ArrayList<>(lines);
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, Math.max(1, Math.min(lines.size() - 1, wanted)));
  }

  private static Domain part(Domain domain, Set<String> held, boolean inHeld) {
    List<String> lines =
        domain.lines().stream().filter(line -> held.contains(line) == inHeld).toList();
    return new Domain(domain.name(), lines);
  }

  private static List<Domain> withoutRepeats(List<Domain> domains) {
    Set<String> seen = new HashSet<>();
    List<Domain> kept = new ArrayList<>();
    for (Domain domain : domains) {
      List<String> lines = domain.lines().stream().filter(seen::add).toList();
      if (lines.size() < 2) {
        throw new CorpusException(domain.name()
            + ": needs at least 2 different lines, none of them in the domains"
            + " before it, but has "
            + lines.size());
      }
      kept.add(new Domain(domain.name(), lines));
    }
    return List.copyOf(kept);
  }
}
