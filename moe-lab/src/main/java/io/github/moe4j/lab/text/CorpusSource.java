package io.github.moe4j.lab.text;

import java.text.DateFormatSymbols;
import java.time.DayOfWeek;
import java.time.Month;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Currency;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The kinds of CLDR display names that a Java runtime carries. Codes are visited in sorted order,
 * so that the same runtime always gives the same names in the same order.
 */
enum CorpusSource {
  CALENDAR(CorpusSource::calendar),
  LANGUAGES(named(CorpusSource::language, Locale::getDisplayLanguage, letters(2, 3))),
  COUNTRIES(named(CorpusSource::region, Locale::getDisplayCountry, regions())),
  SCRIPTS(named(CorpusSource::script, Locale::getDisplayScript, scripts())),
  CURRENCIES(CorpusSource::currencies),
  TIME_ZONES(CorpusSource::timeZones);

  private final Function<Locale, Stream<String>> source;

  CorpusSource(Function<Locale, Stream<String>> source) {
    this.source = source;
  }

  /** All names of this kind in one language, fallbacks included, each once, in order of codes. */
  Set<String> names(Locale in) {
    Set<String> names = new LinkedHashSet<>();
    source.apply(in).map(String::strip).filter(CorpusSource::isOneLine).forEach(names::add);
    return names;
  }

  private static boolean isOneLine(String name) {
    return !name.isEmpty() && name.indexOf('\n') < 0;
  }

  /** Keeps the codes that English has a name for: the runtime does not list all it can name. */
  private static Function<Locale, Stream<String>> named(
      Function<String, Locale> locale,
      BiFunction<Locale, Locale, String> name,
      List<String> codes) {
    List<Locale> known = new ArrayList<>();
    List<String> kept = new ArrayList<>();
    for (String code : codes) {
      Locale candidate = locale.apply(code);
      if (!name.apply(candidate, Locale.ENGLISH).equals(code)) {
        known.add(candidate);
        kept.add(code);
      }
    }
    return in -> IntStream.range(0, known.size())
        .mapToObj(i -> notCode(name.apply(known.get(i), in), kept.get(i)));
  }

  /** An empty name, which {@link #names} drops, where the name is just the code again. */
  private static String notCode(String name, String code) {
    return name.equals(code) ? "" : name;
  }

  private static Locale language(String code) {
    return new Locale.Builder().setLanguage(code).build();
  }

  private static Locale region(String code) {
    return new Locale.Builder().setRegion(code).build();
  }

  private static Locale script(String code) {
    return new Locale.Builder().setScript(code).build();
  }

  /** Every word of a to z of the given lengths, sorted within a length. */
  private static List<String> letters(int... lengths) {
    List<String> all = new ArrayList<>();
    for (int length : lengths) {
      List<String> words = List.of("");
      for (int i = 0; i < length; i++) {
        words = words.stream()
            .flatMap(w -> IntStream.rangeClosed('a', 'z').mapToObj(c -> w + (char) c))
            .toList();
      }
      all.addAll(words);
    }
    return all;
  }

  /** ISO 3166 countries and UN M.49 areas. */
  private static List<String> regions() {
    Stream<String> countries = letters(2).stream().map(code -> code.toUpperCase(Locale.ROOT));
    Stream<String> areas =
        IntStream.range(1, 1000).mapToObj(i -> String.format(Locale.ROOT, "%03d", i));
    return Stream.concat(countries, areas).toList();
  }

  /** The ISO 15924 codes that CLDR names. */
  private static List<String> scripts() {
    String codes =
        "Adlm Aghb Ahom Arab Aran Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Blis Bopo Brah Brai"
            + " Bugi Buhd Cakm Cans Cari Cham Cher Chrs Cirt Copt Cpmn Cprt Cyrl Cyrs Deva Diak"
            + " Dogr Dsrt Dupl Egyd Egyh Egyp Elba Elym Ethi Geok Geor Glag Gong Gonm Goth Gran"
            + " Grek Gujr Guru Hanb Hang Hani Hano Hans Hant Hatr Hebr Hira Hluw Hmng Hmnp Hrkt"
            + " Hung Inds Ital Jamo Java Jpan Jurc Kali Kana Kawi Khar Khmr Khoj Kits Knda Kore"
            + " Kpel Kthi Lana Laoo Latf Latg Latn Lepc Limb Lina Linb Lisu Loma Lyci Lydi Mahj"
            + " Maka Mand Mani Marc Maya Medf Mend Merc Mero Mlym Modi Mong Moon Mroo Mtei Mult"
            + " Mymr Nagm Nand Narb Nbat Newa Nkgb Nkoo Nshu Ogam Olck Orkh Orya Osge Osma Ougr"
            + " Palm Pauc Perm Phag Phli Phlp Phlv Phnx Plrd Prti Qaag Rjng Rohg Roro Runr Samr"
            + " Sara Sarb Saur Sgnw Shaw Shrd Sidd Sind Sinh Sogd Sogo Sora Soyo Sund Sylo Syrc"
            + " Syre Syrj Syrn Tagb Takr Tale Talu Taml Tang Tavt Telu Teng Tfng Tglg Thaa Thai"
            + " Tibt Tirh Tnsa Toto Ugar Vaii Visp Vith Wara Wcho Wole Xpeo Xsux Yezi Yiii Zanb"
            + " Zinh Zmth Zsye Zsym Zxxx Zyyy Zzzz";
    return List.of(codes.split(" "));
  }

  private static Stream<String> currencies(Locale in) {
    return Currency.getAvailableCurrencies().stream()
        .sorted(Comparator.comparing(Currency::getCurrencyCode))
        .map(currency -> notCode(currency.getDisplayName(in), currency.getCurrencyCode()));
  }

  /**
   * Standard and daylight saving names of the zones that are named for a place. A name that ends in
   * "Time" is a fallback to English even where English itself uses another one.
   */
  private static Stream<String> timeZones(Locale in) {
    return Arrays.stream(DateFormatSymbols.getInstance(in).getZoneStrings())
        .filter(zone -> zone[0].matches("(A[a-z]+|Europe|Indian|Pacific)/.*"))
        .sorted(Comparator.comparing(zone -> zone[0]))
        .flatMap(zone -> Stream.of(zone[1], zone[3]))
        .filter(name -> in.getLanguage().equals("en") || !name.endsWith(" Time"));
  }

  private static Stream<String> calendar(Locale in) {
    return Stream.of(TextStyle.FULL, TextStyle.FULL_STANDALONE, TextStyle.SHORT)
        .flatMap(style -> Stream.concat(
            Arrays.stream(Month.values()).map(month -> month.getDisplayName(style, in)),
            Arrays.stream(DayOfWeek.values()).map(day -> day.getDisplayName(style, in))));
  }
}
