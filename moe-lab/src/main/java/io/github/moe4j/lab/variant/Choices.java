package io.github.moe4j.lab.variant;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The requested options other than the router; null means the default of the router or of the lab.
 *
 * @param balance mechanisms
 * @param capacity rule
 * @param kind kind of experts
 * @param experts number of experts
 * @param k choices per token
 */
record Choices(
    @Nullable String balance,
    @Nullable String capacity,
    @Nullable String kind,
    @Nullable Integer experts,
    @Nullable Integer k) {
  static final Choices NONE = new Choices(null, null, null, null, null);

  /** Every combination of the requested values; an empty list means the router's default. */
  static List<Choices> grid(
      List<String> balances,
      List<String> capacities,
      List<String> kinds,
      List<Integer> experts,
      List<Integer> ks) {
    List<Choices> all = new ArrayList<>();
    for (String balance : orNull(balances)) {
      for (String capacity : orNull(capacities)) {
        for (String kind : orNull(kinds)) {
          for (Integer number : orNull(experts)) {
            for (Integer k : orNull(ks)) {
              all.add(new Choices(balance, capacity, kind, number, k));
            }
          }
        }
      }
    }
    return all;
  }

  private static <T extends @Nullable Object> List<T> orNull(List<T> values) {
    List<T> one = new ArrayList<>(values);
    if (one.isEmpty()) {
      one.add(null);
    }
    return one;
  }

  /** The model of a name with these choices, except for sizes that the name has. */
  Variant variant(String model) {
    ModelName name = ModelName.parse(model);
    Choices own = new Choices(
        balance, capacity, kind, name.experts().orElse(experts), name.k().orElse(k));
    return Variants.dense(model)
        .orElseGet(() -> new RoutedVariant(
                RouterChoice.named(name.router()).orElseThrow(() -> Variants.unknown(model)), own)
            .variant());
  }

  /** Of two numbers, the requested one. */
  static <T> T orElse(@Nullable T asked, T otherwise) {
    return asked == null ? otherwise : asked;
  }

  /** The requested options, after the name of the router. */
  String suffix() {
    return Stream.of(
            part("", balance), part("", capacity), part("", kind), part("E", experts), part("k", k))
        .collect(Collectors.joining());
  }

  private static String part(String prefix, @Nullable Object value) {
    return value == null ? "" : "/" + prefix + value;
  }
}
