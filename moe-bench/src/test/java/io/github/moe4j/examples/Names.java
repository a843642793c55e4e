package io.github.moe4j.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Names of countries and languages in ten languages, from the JDK itself: trigram counts [T,256]. */
public record Names(INDArray x, int[] language) {
  static final List<String> LANGUAGES =
      List.of("en", "de", "fr", "es", "it", "nl", "pl", "tr", "fi", "hu");
  static final int BUCKETS = 256;

  private record Name(String text, int language) {}

  /** Four fifths of the names; all translations of a name are in the same set. */
  static Names training() {
    return where(code -> code.hashCode() % 5 != 0);
  }

  /** The other fifth. */
  static Names test() {
    return where(code -> code.hashCode() % 5 == 0);
  }

  /** Some names, drawn with replacement. */
  Names sample(int count, RandomGenerator random) {
    int[] rows = random.ints(count, 0, language.length).toArray();
    return new Names(x.getRows(rows), Arrays.stream(rows).map(r -> language[r]).toArray());
  }

  private static Names where(Predicate<String> side) {
    List<Name> all = new ArrayList<>();
    for (int l = 0; l < LANGUAGES.size(); l++) {
      Locale in = Locale.forLanguageTag(LANGUAGES.get(l));
      int language = l;
      Stream<String> languages = Arrays.stream(Locale.getISOLanguages())
          .filter(side)
          .map(code -> Locale.forLanguageTag(code).getDisplayLanguage(in));
      Stream<String> countries = Arrays.stream(Locale.getISOCountries())
          .filter(side)
          .map(code -> Locale.forLanguageTag("und-" + code).getDisplayCountry(in));
      Stream.concat(languages, countries)
          .forEach(name -> all.add(new Name(name.toLowerCase(Locale.ROOT), language)));
    }
    var shared = all.stream().collect(Collectors.groupingBy(Name::text, Collectors.counting()));
    all.removeIf(name -> shared.get(name.text()) > 1);
    float[][] x = all.stream().map(name -> trigrams(name.text())).toArray(float[][]::new);
    return new Names(
        Nd4j.createFromArray(x), all.stream().mapToInt(Name::language).toArray());
  }

  private static float[] trigrams(String name) {
    float[] counts = new float[BUCKETS];
    String text = "^" + name + "$";
    for (int i = 0; i + 3 <= text.length(); i++) {
      counts[Math.floorMod(text.substring(i, i + 3).hashCode() * 0x9E3779B1 >>> 8, BUCKETS)]++;
    }
    return counts;
  }
}
