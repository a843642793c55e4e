package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import io.github.moe4j.testkit.ExpertsContract;
import io.github.moe4j.testkit.Near;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class ExpertsCatalogueTest {
  private static final ExpertOptions OPTIONS = ExpertOptions.of(5, 4, 6);

  static Stream<String> names() {
    return ExpertsCatalogue.load().names().stream();
  }

  /** Every kind of the catalogue keeps the contract. */
  @Nested
  @ParameterizedClass(name = "{0}")
  @MethodSource("io.github.moe4j.core.experts.ExpertsCatalogueTest#names")
  class Contract extends ExpertsContract {
    @Parameter
    String kind;

    @Override
    protected Experts experts(int experts, int width, DataType type, long seed) {
      ExpertOptions options = ExpertOptions.of(experts, width, 3).withDataType(type);
      return ExpertsCatalogue.load().get(kind).create(options, seed);
    }

    /** The zero expert of MoE++ gives zero whatever it is given. */
    @Override
    protected boolean readsRows() {
      return !kind.equals("moe++");
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void create_someNumbers_bitsOfThoseInTheWhole(String name) {
    ExpertsProvider kind = ExpertsCatalogue.load().get(name);
    if (kind.traits().leastExperts() > 1) {
      String message = assertThrows(
              IllegalArgumentException.class, () -> kind.create(OPTIONS, 1, new int[] {0}))
          .getMessage();
      assertTrue(message.startsWith("experts of " + name + " must be of one kind"), message);
      return;
    }
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      for (Initializer initializer : List.of(
          Initializer.kaimingUniform(),
          Initializer.normal(0.1),
          (in, out, random) -> random.nextInt(3) == 0 ? random.nextDouble() : 0.5)) {
        ExpertOptions options =
            OPTIONS.withBiases(true).withDataType(type).withInitializer(initializer);
        NamedArrays whole = kind.create(options, 7).parameters();
        for (int[] numbers : List.of(new int[] {0}, new int[] {4}, new int[] {1, 2, 4})) {
          Experts some = kind.create(options, 7, numbers);
          assertEquals(numbers.length, some.experts());
          whole.forEach((parameter, all) -> {
            for (int i = 0; i < numbers.length; i++) {
              assertSameBits(
                  parameter,
                  Near.values(all.slice(numbers[i])),
                  Near.values(some.parameters().get(parameter).slice(i)));
            }
          });
        }
      }
    }
  }

  @Test
  void create_fewOfVeryMany_takeMemoryAndTimeOfTheFew() {
    // All together were 12 TB.
    ExpertOptions options = ExpertOptions.of(1 << 20, 1 << 10, 1 << 10);
    int[] numbers = {0, 700_000};

    Experts some = GluExperts.create(options, 7, numbers);

    assertEquals(2L * 3 << 20, some.parameters().count());
    assertSameBits(
        "the first weight of the first expert",
        Near.values(FfnExperts.create(options.withExperts(1), 7).parameters().get("up.weight")),
        Near.values(some.parameters().get("gate.weight").slice(0)));
  }

  @Test
  void create_numbersNotAscending_refused() {
    for (int[] numbers : List.of(new int[0], new int[] {5}, new int[] {-1}, new int[] {1, 1})) {
      assertThrows(IllegalArgumentException.class, () -> FfnExperts.create(OPTIONS, 1, numbers));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void create_anyKind_hasTheParametersItSays(String name) {
    ExpertsProvider kind = ExpertsCatalogue.load().get(name);
    for (boolean biases : new boolean[] {false, true}) {
      ExpertOptions options = OPTIONS.withBiases(biases);
      Experts experts = kind.create(options, 1);
      assertEquals(
          List.copyOf(kind.parameters(options).keySet()),
          List.copyOf(experts.parameters().names()));
      kind.parameters(options)
          .forEach((parameter, spec) -> assertArrayEquals(
              spec.dimensions(), experts.parameters().get(parameter).shape(), parameter));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void matrices_areAsManyAsTheFirstExpertHas(String name) {
    ExpertsProvider kind = ExpertsCatalogue.load().get(name);
    long matrices = kind.parameters(OPTIONS).keySet().stream()
        .filter(parameter -> parameter.matches("(0\\.)?(gate|up|down)\\.weight"))
        .count();
    assertEquals(kind.traits().matrices(), matrices);
  }

  @Test
  void create_ofNetworks_hasTheBitsOfTheirOwnFactories() {
    requireSame(GluExperts.create(OPTIONS, 7), "swiglu");
    requireSame(GluExperts.create(ClampedSwiGlu.gptOss(), OPTIONS, 7), "clamped-swiglu");
    requireSame(FfnExperts.create(OPTIONS.withActivation(Activation.RELU), 7), "ffn-relu");
    requireSame(
        CompositeExperts.of(
            GluExperts.create(OPTIONS.withExperts(2), 7),
            new ZeroExperts(1, 4, DataType.FLOAT),
            new CopyExperts(1, 4, DataType.FLOAT),
            ConstantExperts.create(1, 4, DataType.FLOAT, 8)),
        "moe++");
  }

  private static void requireSame(Experts expected, String kind) {
    Experts made = ExpertsCatalogue.load().get(kind).create(OPTIONS, 7);
    expected
        .parameters()
        .forEach((name, array) -> assertSameBits(name, array, made.parameters().get(name)));
  }

  @Test
  void names_ofActivations_areInTheCatalogue() {
    for (Activation activation : Activation.values()) {
      assertTrue(ExpertsCatalogue.load()
          .names()
          .containsAll(
              List.of(ExpertsCatalogue.gated(activation), ExpertsCatalogue.plain(activation))));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void nameOf_experts_ofTheirKind(String name) {
    Optional<String> expected = switch (name) {
      case "moe++" -> Optional.empty();
      // the shared expert and the rate belong to the layer
      case "swiglu-dropout", "swiglu-shared" -> Optional.of("swiglu");
      default -> Optional.of(name);
    };
    Experts experts = ExpertsCatalogue.load().get(name).create(OPTIONS, 1);
    assertEquals(expected, ExpertsCatalogue.nameOf(experts));
  }

  @Test
  void nameOf_clampedOtherwiseThanGptOss_none() {
    Experts experts = GluExperts.create(ClampedSwiGlu.deepSeekV4(10), OPTIONS, 1);
    assertEquals(Optional.empty(), ExpertsCatalogue.nameOf(experts));
  }

  @Test
  void any_tooFewExperts_isOneClearError() {
    ExpertsProvider kind = ExpertsCatalogue.load().get("moe++");
    ExpertOptions three = OPTIONS.withExperts(3);
    String expected = "moe++ needs at least 4 experts but had 3";
    assertMessage(expected, () -> kind.create(three, 1));
    assertMessage(expected, () -> kind.parameters(three));
    assertMessage(expected, () -> kind.build(three, name -> fail("asked for " + name)));
  }

  /** A kind of one's own need not check it. */
  @Test
  void create_tooFewExpertsForAKindThatLooksAtNothing_refused() {
    ExpertsProvider kind = new Pairs();
    ExpertOptions one = OPTIONS.withExperts(1);
    String expected = "pairs needs at least 2 experts but had 1";
    assertMessage(expected, () -> kind.create(one, 1));
    assertMessage(expected, () -> kind.create(one, 1, new int[] {0}));
  }

  private static final class Pairs implements ExpertsProvider {
    @Override
    public String name() {
      return "pairs";
    }

    @Override
    public String title() {
      return "networks that come in pairs";
    }

    @Override
    public String formula() {
      return "x";
    }

    @Override
    public ExpertsTraits traits() {
      return new ExpertsTraits(3, false, 2);
    }

    @Override
    public Map<String, ParameterSpec> parameters(ExpertOptions options) {
      return fail("asked for parameters");
    }

    @Override
    public Experts build(ExpertOptions options, Function<String, INDArray> arrays) {
      return fail("asked for experts");
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void any_kind_titleAndFormulaOfOneLineAndThePageOfExperts(String name) {
    ExpertsProvider kind = ExpertsCatalogue.load().get(name);
    for (String line : List.of(kind.title(), kind.formula())) {
      assertFalse(line.isBlank());
      assertEquals(1, line.lines().count(), line);
    }
    assertEquals("experts", kind.page());
  }

  @Test
  void create_swigluDropout_aTenthUnlessTheOptionsHaveARate() {
    ExpertsProvider kind = ExpertsCatalogue.load().get("swiglu-dropout");
    assertEquals(0.1, ((HiddenLayer) kind.create(OPTIONS, 1)).hiddenDropout());
    ExpertOptions other = OPTIONS.withDropout(0.3);
    assertEquals(0.3, ((HiddenLayer) kind.create(other, 1)).hiddenDropout());
  }

  @Test
  void options_withAWrongRateOfDropout_isOneClearError() {
    assertMessage("dropout rate must be in [0, 1) but was 1.0", () -> OPTIONS.withDropout(1));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
