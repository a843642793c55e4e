package io.github.moe4j.routing.catalogue;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.routing.CosineGate;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.ExpertGroups;
import io.github.moe4j.routing.GShard;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class RouterCatalogueTest {
  private static final int E = 8;
  private static final int D = 6;
  private static final int K = 3;
  private static final int TOKENS = 32;
  private static final RouterConfig CONFIG = RouterConfig.of(E, D, K);

  /** What a test brings, found on the class path of the tests. */
  public static final class LastExpertProvider implements RuleProvider {
    /** For the loader of services. */
    public LastExpertProvider() {}

    @Override
    public String name() {
      return "own-last";
    }

    @Override
    public String title() {
      return "Last expert";
    }

    @Override
    public String formula() {
      return "as top-k";
    }

    @Override
    public RouterTraits traits() {
      return RouterTraits.of(ChoiceCount.k());
    }

    @Override
    public RoutingRule rule(RouterConfig config, RouterParts parts) {
      return TopK.of(config.k());
    }
  }

  static Stream<RouterProvider> routers() {
    return RouterCatalogue.load().all().stream();
  }

  private static Router create(RouterProvider router, RouterConfig config, long seed) {
    return router.create(config, DataType.FLOAT, ExpertBias.zeros(config.experts()), seed);
  }

  private static TokenBatch input() {
    INDArray x = RandomArrays.normal(DataType.FLOAT, new SplittableRandom(1), TOKENS, D);
    return TokenBatch.evaluation(x)
        .withTokenIds(IntStream.range(0, TOKENS).toArray())
        .atStep(3);
  }

  private static TokenBatch training() {
    return trained(input());
  }

  private static TokenBatch trained(TokenBatch batch) {
    return batch.withMode(
        PassMode.training(new SplittableRandom(5)).atStep(batch.mode().step()));
  }

  @ParameterizedTest
  @MethodSource("routers")
  void create_anyRouter_hasTheParametersItSays(RouterProvider entry) {
    Map<String, ParameterSpec> specs = entry.parameters(CONFIG);
    Router router = create(entry, CONFIG, 1);
    assertEquals(List.copyOf(specs.keySet()), List.copyOf(router.parameters().names()));
    specs.forEach((name, spec) ->
        assertArrayEquals(spec.dimensions(), router.parameters().get(name).shape(), name));
    assertEquals(E, router.experts());
    assertEquals(D, router.modelWidth());
  }

  @ParameterizedTest
  @MethodSource("routers")
  void create_sameSeed_sameBits_otherSeed_others(RouterProvider entry) {
    Router first = create(entry, CONFIG, 1);
    Router second = create(entry, CONFIG, 1);
    Router third = create(entry, CONFIG, 2);
    first
        .parameters()
        .forEach(
            (name, array) -> assertSameBits(name, array, second.parameters().get(name)));
    entry.parameters(CONFIG).forEach((name, spec) -> {
      boolean drawn = spec.role() == ParameterSpec.Role.WEIGHT || name.equals("projector.bias");
      assertEquals(
          !drawn, first.parameters().get(name).equals(third.parameters().get(name)), name);
    });
    Decisions.assertSame(
        first.route(training()).decision(), second.route(training()).decision(), 0);
  }

  /** The traits against what the router does. */
  @ParameterizedTest
  @MethodSource("routers")
  void traits_choices_areWhatItMakes(RouterProvider entry) {
    ChoiceCount choices = entry.traits().choices();
    // Large scores, so that tokens differ in how many experts they need.
    TokenBatch large = TokenBatch.evaluation(input().x().mul(50))
        .withTokenIds(IntStream.range(0, TOKENS).toArray());
    for (TokenBatch input : List.of(large, trained(large))) {
      Assignments made = create(entry, CONFIG, 1).route(input).decision().assignments();
      int[] ofToken = new int[TOKENS];
      IntStream.range(0, made.size()).forEach(n -> ofToken[made.token(n)]++);
      int[] range = Arrays.stream(ofToken).sorted().toArray();
      int expected = choices.expected(E, K);
      switch (choices.kind()) {
        case FIXED, K, ALL -> {
          assertEquals(expected, range[0]);
          assertEquals(expected, range[TOKENS - 1]);
        }
        case UP_TO -> assertTrue(range[0] >= 1 && range[TOKENS - 1] <= expected);
        case AVERAGE_K -> assertTrue(!input.isTraining() || made.size() == expected * TOKENS);
        case BY_TOKEN -> assertTrue(range[0] < range[TOKENS - 1]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("routers")
  void traits_evenLoad_isWhatItMakes(RouterProvider entry) {
    int[] load =
        create(entry, CONFIG, 1).route(training()).decision().assignments().countPerExpert();
    boolean even = Arrays.stream(load).distinct().count() == 1;
    switch (entry.traits().load()) {
      case EVEN, EVEN_IN_TRAINING -> assertTrue(even, Arrays.toString(load));
      case UNEVEN -> assertFalse(even, Arrays.toString(load));
      case NEARLY_EVEN_IN_TRAINING, EVEN_BY_TABLE -> {
        // Depends on the batch.
      }
    }
  }

  @ParameterizedTest
  @MethodSource("routers")
  void traits_needs_areWhatItAsksFor(RouterProvider entry) {
    Router router = create(entry, CONFIG, 1);
    TokenBatch noGenerator = input().withMode(PassMode.training().atStep(3));
    requireFailure(
        entry.traits().needs(RouterNeed.GENERATOR_IN_TRAINING), () -> router.route(noGenerator));
    TokenBatch noIds = TokenBatch.training(input().x(), new SplittableRandom(5));
    requireFailure(entry.traits().needs(RouterNeed.TOKEN_IDS), () -> router.route(noIds));
  }

  private static void requireFailure(boolean expected, Runnable run) {
    if (expected) {
      assertThrows(IllegalArgumentException.class, run::run);
    } else {
      run.run();
    }
  }

  /** What is decided on the first half of the tokens may depend on the second half only if it says so. */
  @ParameterizedTest
  @MethodSource("routers")
  void traits_laterTokens_areReadOnlyWhereItSaysSo(RouterProvider entry) {
    Router router = create(entry, CONFIG, 1);
    for (boolean training : new boolean[] {false, true}) {
      boolean reads = entry.traits().needs(RouterNeed.OTHER_TOKENS)
          || training && entry.traits().needs(RouterNeed.OTHER_TOKENS_IN_TRAINING);
      INDArray changed = input().x().dup();
      for (int i = TOKENS / 2 * D; i < TOKENS * D; i++) {
        changed.putScalar(i, 3 * (i % 5) - 7);
      }
      TokenBatch other = TokenBatch.evaluation(changed)
          .withTokenIds(IntStream.range(0, TOKENS).toArray())
          .atStep(3);
      TokenBatch first = training ? training() : input();
      TokenBatch second = training ? trained(other) : other;
      assertEquals(
          reads,
          !firstHalf(router.route(first).decision().assignments())
              .equals(firstHalf(router.route(second).decision().assignments())));
    }
  }

  private static Set<List<Integer>> firstHalf(Assignments made) {
    Set<List<Integer>> pairs = new HashSet<>();
    for (int n = 0; n < made.size(); n++) {
      if (made.token(n) < TOKENS / 2) {
        pairs.add(List.of(made.token(n), made.expert(n)));
      }
    }
    return pairs;
  }

  @ParameterizedTest
  @MethodSource("routers")
  void traits_bias_changesTheChoiceOnlyWhereItSaysSo(RouterProvider entry) {
    ExpertBias bias = ExpertBias.zeros(E);
    Router router = entry.create(CONFIG, DataType.FLOAT, bias, 1);
    int[] before = router.route(training()).decision().assignments().countPerExpert();
    bias.set(9, 0, 0, 0, 0, 0, 0, 0);
    int[] after = router.route(training()).decision().assignments().countPerExpert();
    assertEquals(entry.traits().readsBias(), after[0] == TOKENS && after[0] > before[0]);
    assertEquals(entry.traits().readsBias(), !Arrays.equals(before, after));
  }

  /** k is read by those routers alone that say so. */
  @ParameterizedTest
  @MethodSource("routers")
  void traits_k_isReadOnlyWhereItSaysSo(RouterProvider entry) {
    int two = create(entry, RouterConfig.of(E, D, 2), 1)
        .route(training())
        .decision()
        .assignments()
        .size();
    int three =
        create(entry, CONFIG, 1).route(training()).decision().assignments().size();
    assertEquals(entry.traits().choices().readsK(), two != three);
  }

  @Test
  void create_ofGates_hasTheBitsOfTheirOwnFactories() {
    INDArray linear = LinearGate.create(E, D, DataType.FLOAT, 9).parameters().get("weight");
    assertSameBits(
        "weight", linear, create(named("top-k"), CONFIG, 9).parameters().get("weight"));
    CosineGate cosine = CosineGate.create(E, D, 16, DataType.FLOAT, 9);
    Router made = create(named("cosine"), CONFIG, 9);
    cosine
        .parameters()
        .forEach((name, array) -> assertSameBits(name, array, made.parameters().get(name)));
  }

  private static RouterProvider named(String name) {
    return RouterCatalogue.load().get(name);
  }

  @Test
  void load_withAProviderOnTheClassPath_hasItAfterThoseOfTheLibrary() {
    List<String> library =
        RouterCatalogue.library().stream().map(RouterProvider::name).toList();
    List<String> all = RouterCatalogue.load().names();
    assertEquals(library, all.subList(0, library.size()));
    assertEquals(List.of("own-last"), all.subList(library.size(), all.size()));
    RouterProvider own = named("own-last");
    assertEquals(List.of(RuleProvider.GATE_BIAS), own.options());
    assertEquals(List.of("switch", "z-loss"), own.usualBalance());
  }

  @Test
  void library_ofThoseThatNeedTheBatch_hasThem() {
    assertTrue(RouterCatalogue.library().stream()
        .map(RouterProvider::name)
        .toList()
        .containsAll(List.of("top-k", "deepseek-v3", "sinkhorn", "base", "expert-choice")));
  }

  @Test
  void create_gshard_anyPolicyOfItsSecondExpert() {
    for (int second = 0; second < GShard.Second.values().length; second++) {
      Router router =
          create(named("gshard"), CONFIG.withOptions(Map.of("second", (double) second)), 1);
      assertEquals(GShard.Second.values()[second], ((GShard) rule(router)).second());
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 2", "6, 2", "7, 3", "12, 4", "64, 8"})
  void create_anyNumberOfExperts_groupsFitByDefault(int experts, int k) {
    for (String name : List.of("deepseek-v2", "deepseek-v3")) {
      Router router = create(named(name), RouterConfig.of(experts, D, k), 1);
      assertEquals(TOKENS * k, router.route(training()).decision().assignments().size());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1, 1, 1, 1",
    "2, 1, 2, 1, 1, 1, 1, 2",
    "6, 2, 3, 1, 1, 3, 1, 2",
    "6, 5, 3, 3, 1, 3, 3, 2",
    "7, 3, 1, 1, 1, 1, 1, 2",
    "8, 2, 4, 2, 1, 4, 2, 2",
    "8, 5, 4, 3, 1, 4, 3, 2",
    "10, 5, 2, 1, 1, 2, 1, 2",
    "64, 8, 4, 2, 1, 4, 2, 2"
  })
  void create_ofGroups_hasTheDocumentedDefaults(
      int experts, int k, int groups2, int kept2, int best2, int groups3, int kept3, int best3) {
    RouterConfig config = RouterConfig.of(experts, D, k);
    DeepSeekV2 v2 = (DeepSeekV2) rule(create(named("deepseek-v2"), config, 1));
    DeepSeekV3 v3 = (DeepSeekV3) rule(create(named("deepseek-v3"), config, 1));
    assertEquals(
        new ExpertGroups(groups2, kept2, best2, ExpertGroups.Outside.NEGATIVE_INFINITY),
        v2.groups());
    assertEquals(
        new ExpertGroups(groups3, kept3, best3, ExpertGroups.Outside.NEGATIVE_INFINITY),
        v3.groups());
  }

  @Test
  void create_groupsOfOneExpert_bestOfOne() {
    Router router = create(named("deepseek-v3"), CONFIG.withOptions(Map.of("groups", 8.0)), 1);
    assertEquals(1, ((DeepSeekV3) rule(router)).groups().best());
  }

  private static RoutingRule rule(Router router) {
    return ((GatedRouter) router).rule();
  }

  @Test
  void create_withOptions_hasThem() {
    Router without = create(named("deepseek-v3"), CONFIG.withOptions(Map.of("groups", 1.0)), 1);
    Router with =
        create(named("deepseek-v3"), CONFIG.withOptions(Map.of("groups", 4.0, "kept", 2.0)), 1);
    assertEquals("1", groups(without));
    assertEquals("4", groups(with));
    Router gate = create(named("top-k"), CONFIG.withOptions(Map.of("gateBias", 1.0)), 1);
    assertArrayEquals(new long[] {E}, gate.parameters().get("bias").shape());
  }

  private static String groups(Router router) {
    String text = rule(router).toString();
    return text.replaceAll("(?s).*ExpertGroups\\[groups=(\\d+),.*", "$1");
  }

  @ParameterizedTest
  @CsvSource({
    "top-k, group, 4, 'an option of router top-k must be one of [scores, norm, normEpsilon, normFloor, scale, gateBias] but was group'",
    "top-k, scores, 3, 'scores must be in [0, 3) but was 3'",
    "deepseek-v2, outside, 2, outside must be 0 or 1 but was 2",
    "deepseek-v3, groups, 2.5, option groups of router deepseek-v3 must be a whole number but was 2.5",
    "deepseek-v3, groups, 3, groups must divide E = 8 but was 3",
    "jitter, epsilon, NaN, option epsilon of router jitter must be a finite number but was NaN",
    "gshard, second, 5, 'second of gshard must be in [0, 5) but was 5'",
    "gshard, second, -1, 'second of gshard must be in [0, 5) but was -1'",
  })
  void create_withWrongOptions_isOneClearError(
      String router, String option, double value, String message) {
    Exception e = assertThrows(
        IllegalArgumentException.class,
        () -> create(named(router), CONFIG.withOptions(Map.of(option, value)), 1));
    assertEquals(message, e.getMessage());
  }

  @ParameterizedTest
  @MethodSource("routers")
  void options_withTheirUsualValues_changeNothing(RouterProvider entry) {
    Map<String, Double> usual = new java.util.HashMap<>();
    for (NumberOption option : entry.options()) {
      option.usual().ifPresent(value -> usual.put(option.name(), value));
    }
    Router told = create(entry, CONFIG.withOptions(usual), 1);
    Decisions.assertSame(
        create(entry, CONFIG, 1).route(training()).decision(),
        told.route(training()).decision(),
        0);
  }
}
