package io.github.moe4j.lab.variant;

import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Every combination of the requested options. A variant is named after its router and the options that differ
 * from the router's defaults or between variants.
 *
 * @param routers names
 * @param balances mechanisms; none for those that the routers usually have
 * @param capacities rules; none for those that the routers usually have
 * @param experts numbers of experts, and kinds
 * @param ks choices per token
 */
public record VariantGrid(
    List<String> routers,
    List<String> balances,
    List<String> capacities,
    List<String> experts,
    List<Integer> ks) {

  /** Copies. */
  public VariantGrid {
    Require.that(!routers.isEmpty(), "routers must not be empty");
    Require.that(!ks.isEmpty(), "k must not be empty");
    routers = List.copyOf(routers);
    balances = List.copyOf(balances);
    capacities = List.copyOf(capacities);
    experts = List.copyOf(experts);
    ks = List.copyOf(ks);
  }

  private static boolean isNumber(String text) {
    return text.matches("[+-]?\\d{1,9}");
  }

  /** The number of experts where several are not compared; {@code otherwise} if only kinds are named. */
  public int firstExperts(int otherwise) {
    return numbers().isEmpty() ? otherwise : numbers().get(0);
  }

  /**
   * The number of experts of the model that has the most; 0 if all are dense.
   *
   * @param otherwise that of models without their own
   */
  public int mostExperts(int otherwise) {
    int usual = numbers().stream().max(Integer::compare).orElse(otherwise);
    return routers.stream()
        .map(ModelName::parse)
        .filter(name -> !name.router().equals(Variants.DENSE))
        .mapToInt(name -> name.experts().orElse(usual))
        .max()
        .orElse(0);
  }

  /** The most choices per token. */
  public int mostK() {
    int usual = ks.stream().max(Integer::compare).orElse(1);
    return routers.stream()
        .mapToInt(name -> ModelName.parse(name).k().orElse(usual))
        .max()
        .orElse(usual);
  }

  /** The choices per token where several are not compared. */
  public int firstK() {
    return ks.get(0);
  }

  /** All variants, those of one router together; a dense model once. */
  public List<Variant> variants() {
    List<Choices> choices =
        Choices.grid(balances, capacities, kinds(), several(numbers()), several(ks));
    List<Variant> all = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String router : routers) {
      for (Choices choice : choices) {
        Variant variant = choice.variant(router);
        if (names.add(variant.name())) {
          all.add(variant);
        }
      }
    }
    return all;
  }

  private static List<Integer> several(List<Integer> values) {
    return values.size() > 1 ? values : List.of();
  }

  private List<Integer> numbers() {
    return experts.stream().filter(VariantGrid::isNumber).map(Integer::valueOf).toList();
  }

  private List<String> kinds() {
    return experts.stream().filter(text -> !isNumber(text)).toList();
  }
}
