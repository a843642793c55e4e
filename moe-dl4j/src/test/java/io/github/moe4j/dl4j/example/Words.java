package io.github.moe4j.dl4j.example;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Names of countries and languages in ten languages, from the JDK itself, as counts of trigrams.
 * Names that several of them share are left out.
 */
final class Words {
  static final List<String> LANGUAGES =
      List.of("en", "de", "fr", "es", "it", "nl", "pl", "tr", "fi", "hu");
  static final int BUCKETS = 256;

  private record Word(String text, int language) {}

  private Words() {}

  /** Four fifths of the names; what a thing is called in each language is on the same side. */
  static DataSet training() {
    return examples(code -> code.hashCode() % 5 != 0);
  }

  /** The other fifth. */
  static DataSet test() {
    return examples(code -> code.hashCode() % 5 == 0);
  }

  private static DataSet examples(Predicate<String> side) {
    List<Word> words = new ArrayList<>();
    for (int l = 0; l < LANGUAGES.size(); l++) {
      Locale in = Locale.forLanguageTag(LANGUAGES.get(l));
      int language = l;
      Arrays.stream(Locale.getISOLanguages())
          .filter(side)
          .map(code -> Locale.forLanguageTag(code).getDisplayLanguage(in))
          .forEach(name -> words.add(new Word(name.toLowerCase(Locale.ROOT), language)));
      Arrays.stream(Locale.getISOCountries())
          .filter(side)
          .map(code -> Locale.forLanguageTag("und-" + code).getDisplayCountry(in))
          .forEach(name -> words.add(new Word(name.toLowerCase(Locale.ROOT), language)));
    }
    var shared = words.stream().collect(Collectors.groupingBy(Word::text, Collectors.counting()));
    words.removeIf(word -> shared.get(word.text()) > 1);
    Collections.shuffle(words, new Random(1));
    float[][] x = words.stream().map(word -> trigrams(word.text())).toArray(float[][]::new);
    float[][] y = words.stream().map(word -> oneHot(word.language())).toArray(float[][]::new);
    return new DataSet(Nd4j.createFromArray(x), Nd4j.createFromArray(y));
  }

  private static float[] trigrams(String name) {
    float[] counts = new float[BUCKETS];
    String text = "^" + name + "$";
    for (int i = 0; i + 3 <= text.length(); i++) {
      counts[Math.floorMod(text.substring(i, i + 3).hashCode() * 0x9E3779B1 >>> 8, BUCKETS)]++;
    }
    return counts;
  }

  private static float[] oneHot(int language) {
    float[] result = new float[LANGUAGES.size()];
    result[language] = 1;
    return result;
  }
}
