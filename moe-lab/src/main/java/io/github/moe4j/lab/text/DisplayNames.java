package io.github.moe4j.lab.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes one domain of every language whose display names the Java runtime carries.
 *
 * <p>A name that merely falls back is not text of its language and is left out: one found among the
 * English names of its kind (unless the language is English), and one found in the language that
 * the runtime falls back to.
 */
final class DisplayNames {

  /** A language needs this many characters of its own, before its time zones are looked up. */
  static final int MIN_CHARACTERS = 8_000;

  private static final int NAMES_PER_LINE = 8;
  private static final int CHARACTERS_PER_LINE = 240;
  private static final String SEPARATOR = ", ";

  /**
   * What the runtime falls back to, where it is neither English nor the language's first script.
   */
  private static final Map<String, Locale> RELATIVES = Map.of(
      "no", Locale.forLanguageTag("nb"),
      "nn", Locale.forLanguageTag("nb"),
      "yue", Locale.forLanguageTag("zh-Hant"),
      "ht", Locale.FRENCH);

  private final Map<CorpusSource, Set<String>> english = new EnumMap<>(CorpusSource.class);

  private DisplayNames() {
    for (CorpusSource kind : CorpusSource.values()) {
      Set<String> names = kind.names(Locale.ENGLISH);
      names.addAll(kind.names(Locale.ROOT));
      english.put(kind, names);
    }
  }

  /** Every language with enough text of its own, sorted by language tag. */
  static List<Domain> domains() {
    DisplayNames names = new DisplayNames();
    return languages().parallelStream()
        .flatMap(language -> names.domain(language).stream())
        .toList();
  }

  /** Languages, and languages in one script, sorted by tag. */
  private static List<Locale> languages() {
    Map<String, Locale> byTag = new TreeMap<>();
    for (Locale locale : Locale.getAvailableLocales()) {
      if (!locale.getLanguage().isEmpty()) {
        Locale.Builder plain = new Locale.Builder().setLanguage(locale.getLanguage());
        Locale language = plain.setScript(locale.getScript()).build();
        byTag.put(language.toLanguageTag(), language);
      }
    }
    return List.copyOf(byTag.values());
  }

  private Optional<Domain> domain(Locale language) {
    List<String> lines = new ArrayList<>();
    for (CorpusSource kind : CorpusSource.values()) {
      if (kind == CorpusSource.TIME_ZONES && characters(lines) < MIN_CHARACTERS) {
        return Optional.empty();
      }
      lines.addAll(lines(ownNames(kind, language)));
      if (lines.isEmpty()) {
        return Optional.empty(); // the language again, its only script spelt out
      }
    }
    String name = language.toLanguageTag() + " " + language.getDisplayName(Locale.ENGLISH);
    return Optional.of(new Domain(name, lines));
  }

  private Set<String> ownNames(CorpusSource kind, Locale language) {
    Set<String> names = kind.names(language);
    if (!language.getLanguage().equals("en")) {
      names.removeAll(english.getOrDefault(kind, Set.of()));
    }
    parent(language).map(kind::names).ifPresent(names::removeAll);
    return names;
  }

  private static Optional<Locale> parent(Locale language) {
    return language.getScript().isEmpty()
        ? Optional.ofNullable(RELATIVES.get(language.getLanguage()))
        : Optional.of(Locale.forLanguageTag(language.getLanguage()));
  }

  private static int characters(Collection<String> lines) {
    return lines.stream().mapToInt(String::length).sum();
  }

  private static List<String> lines(Collection<String> names) {
    List<String> lines = new ArrayList<>();
    List<String> line = new ArrayList<>();
    int length = 0;
    for (String name : names) {
      boolean full = line.size() == NAMES_PER_LINE || length + name.length() > CHARACTERS_PER_LINE;
      if (full && !line.isEmpty()) {
        lines.add(String.join(SEPARATOR, line));
        line.clear();
        length = 0;
      }
      line.add(name);
      length += name.length() + SEPARATOR.length();
    }
    if (!line.isEmpty()) {
      lines.add(String.join(SEPARATOR, line));
    }
    return lines;
  }
}
