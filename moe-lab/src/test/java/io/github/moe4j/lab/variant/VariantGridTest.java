package io.github.moe4j.lab.variant;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.capacity.CapacityCatalogue;
import io.github.moe4j.core.capacity.CapacityText;
import io.github.moe4j.core.experts.ExpertsCatalogue;
import io.github.moe4j.lab.balance.Mechanism;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class VariantGridTest {
  private static final ModelSizes SIZES = new ModelSizes(new LayerOptions(8, 16, 8, 2), 2, 10);

  private static List<String> names(
      List<String> routers,
      List<String> balances,
      List<String> capacities,
      List<String> experts,
      List<Integer> ks) {
    return new VariantGrid(routers, balances, capacities, experts, ks)
        .variants().stream().map(Variant::name).toList();
  }

  @Test
  void variants_withNothingAsked_areNamedAfterTheirRouters() {
    assertEquals(
        List.of("dense", "top-k", "gshard"),
        names(List.of("dense", "top-k", "gshard"), List.of(), List.of(), List.of("8"), List.of(2)));
  }

  @Test
  void variants_ofSeveralValues_areAllCombinations_denseOnce() {
    assertEquals(
        List.of(
            "dense",
            "top-k/none/E4/k1",
            "top-k/none/E4/k2",
            "top-k/none/E8/k1",
            "top-k/none/E8/k2",
            "top-k/switch/E4/k1",
            "top-k/switch/E4/k2",
            "top-k/switch/E8/k1",
            "top-k/switch/E8/k2"),
        names(
            List.of("dense", "top-k"),
            List.of("none", "switch"),
            List.of(),
            List.of("4", "8"),
            List.of(1, 2)));
    assertEquals(
        List.of(
            "switch/dropless/swiglu",
            "switch/dropless/ffn-relu",
            "switch/1.25/swiglu",
            "switch/1.25/ffn-relu"),
        names(
            List.of("switch"),
            List.of(),
            List.of("dropless", "1.25"),
            List.of("swiglu", "ffn-relu"),
            List.of(2)));
  }

  @Test
  void variants_whoseNamesHaveSizes_keepThem() {
    assertEquals(
        List.of("dense", "top-k/E4", "top-k/E16/k4", "top-k/k1", "gshard"),
        names(
            List.of("dense", "top-k/E4", "top-k/E16/k4", "top-k/k1", "gshard"),
            List.of(),
            List.of(),
            List.of("8"),
            List.of(2)));
    assertEquals(
        List.of("top-k/none/E4/k1", "top-k/none/E4/k2"),
        names(List.of("top-k/E4"), List.of("none"), List.of(), List.of("8", "16"), List.of(1, 2)));
  }

  static Stream<String> routers() {
    return Variants.names().stream();
  }

  @ParameterizedTest
  @MethodSource("routers")
  void everyRouter_trainsWithItsOwnBalance(String router) {
    assertDoesNotThrow(() -> DryRun.of(Variants.named(router), SIZES));
  }

  static Stream<String> mechanisms() {
    return BalanceChoice.all().stream().map(Mechanism::name);
  }

  @ParameterizedTest
  @MethodSource("mechanisms")
  void everyMechanism_trainsWithTheRouterItIsStudiedWith(String name) {
    Mechanism mechanism = BalanceChoice.parse(name).mechanisms().get(0);
    Variant variant = new VariantGrid(
            List.of(mechanism.router().label()), List.of(name), List.of(), List.of("8"), List.of(2))
        .variants()
        .get(0);
    assertDoesNotThrow(() -> DryRun.of(variant, SIZES));
  }

  static Stream<String> kinds() {
    return ExpertsCatalogue.load().names().stream();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyKindOfExperts_trains(String kind) {
    Variant variant = new VariantGrid(
            List.of("top-k"), List.of(), List.of(), List.of(kind), List.of(2))
        .variants()
        .get(0);
    assertDoesNotThrow(() -> DryRun.of(variant, SIZES));
  }

  static Stream<String> capacities() {
    return Stream.concat(
        CapacityCatalogue.load().names().stream().map(name -> name + ":1"),
        CapacityText.allModifiers().stream().map(modifier -> "factor:1.5:" + modifier));
  }

  @ParameterizedTest
  @MethodSource("capacities")
  void everyCapacity_trains(String capacity) {
    Variant variant = new VariantGrid(
            List.of("top-k"), List.of(), List.of(capacity), List.of("8"), List.of(2))
        .variants()
        .get(0);
    assertDoesNotThrow(() -> DryRun.of(variant, SIZES));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense | | | router must be one of [dense, top-k-unbalanced,",
        "dense/E4 | | | router must be one of [dense, top-k-unbalanced,",
        "top-k/E1 | | | top-k/E1: k must be at most experts = 1 but was 2",
        "top-k/E8/k3 | | | top-k/E8/k3: k must divide hidden = 16 but was 3",
        "top-k | nonsense | | balance must be none or one of [switch,",
        "top-k | switch+ | | several joined by +, but was ",
        "top-k | | nonsense | capacity must be dropless, a factor or one of",
        "top-k | | megatron | capacity megatron needs a number after a colon",
        "top-k | | megatron:x | capacity must have a number after its name but was megatron:x",
        "top-k | | factor:1:first | capacity modifier must be one of",
        "top-k | v3-sign | | top-k/v3-sign: balance v3-sign controls a selection bias, which router top-k",
        "hash | switch | | hash/switch: ",
        "top-k | load | | top-k/load: balance reads router selection probabilities but the router has none",
      })
  void whatDoesNotGoTogether_isOneClearError(
      String router, String balance, String capacity, String message) {
    IllegalArgumentException e = assertThrows(
        IllegalArgumentException.class,
        () -> new VariantGrid(
                List.of(router),
                balance == null ? List.of() : List.of(balance),
                capacity == null ? List.of() : List.of(capacity),
                List.of("8"),
                List.of(2))
            .variants()
            .forEach(variant -> DryRun.of(variant, SIZES)));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void list_namesEverythingOnce() {
    StringWriter text = new StringWriter();
    VariantList.print(new PrintWriter(text));
    Stream.of(routers(), mechanisms(), kinds())
        .flatMap(names -> names)
        .forEach(name -> assertTrue(text.toString().contains("  " + name + " "), name));
    assertTrue(text.toString().lines().allMatch(line -> line.length() < 200), text.toString());
  }
}
