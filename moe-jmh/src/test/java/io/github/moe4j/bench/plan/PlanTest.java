package io.github.moe4j.bench.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.bench.Main;
import io.github.moe4j.models.preset.Preset;
import io.github.moe4j.models.preset.WeightType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {
  private static final Preset MIXTRAL = Preset.named("mixtral-8x7b");
  private static final double EXPERT = 3.0 * 4096 * 14336 * 32; // in all layers
  private static final double ELSE = 46_702_792_704.0 - 8 * EXPERT;

  private static Plan plan(int nodes, double memory, Workload work) {
    return new Plan(new Cluster(nodes, new Network(1e9, 1e-3), memory, 1e12), work);
  }

  private static Workload training(double imbalance) {
    return new Workload(MIXTRAL, 1000, true, WeightType.FLOAT32, imbalance, false);
  }

  @Test
  void plan_trainingOnFour_formulas() {
    Plan plan = plan(4, 1e12, training(1.5));

    assertEquals(4, plan.expertRanks());
    assertEquals(1, plan.replicas());
    double activations = 1.5 * 1000 * 2 * 32 * (2 * 4096 + 2 * 14336) * 4.0;
    assertEquals((2 * EXPERT + ELSE) * 16 + activations, plan.memoryBytes(), 1);
    double exchange = 1000 * 2 * 0.75 * 4096 * 4; // out of a node, one of four a layer
    assertEquals(32 * 4 * exchange, plan.exchangeBytes(), 1);
    assertEquals(2 * 0.75 * ELSE * 4, plan.gradientBytes(), 1);
    double flops = 3 * 1000 * (25_501_368_320.0 + 0.5 * 2 * 2 * EXPERT);
    assertEquals(flops / 1e12, plan.productSeconds(), 0.01 * plan.productSeconds());
    assertEquals(32 * 4 * (1e-3 + 1.5 * exchange / 1e9) + 32 * 1e-3, plan.exchangeSeconds(), 1e-9);
    assertEquals(1e-3 + plan.gradientBytes() / 1e9, plan.gradientSeconds(), 1e-9);
    assertEquals(
        4000 / (plan.productSeconds() + plan.exchangeSeconds() + plan.gradientSeconds()),
        plan.tokensPerSecond(),
        1e-9);
  }

  @Test
  void plan_moreNodesThanExperts_replicasShareGradients() {
    Plan plan = plan(24, 1e12, training(1));

    assertEquals(8, plan.expertRanks());
    assertEquals(3, plan.replicas());
    assertEquals(
        2 * (23.0 / 24 * ELSE + 2.0 / 3 * EXPERT) * 4,
        plan.gradientBytes(),
        plan.gradientBytes() / 1e9);
  }

  @Test
  void plan_oneNode_nothingTravels() {
    Plan plan = plan(1, 1e12, training(1.5));

    assertEquals(0, plan.exchangeBytes());
    assertEquals(0, plan.exchangeSeconds());
    assertEquals(0, plan.gradientSeconds());
    assertEquals(8, plan.expertsPerNode());
    Plan even = plan(1, 1e12, training(1)); // one rank has the load of all experts
    assertEquals(even.productSeconds(), plan.productSeconds());
    assertEquals(even.memoryBytes(), plan.memoryBytes());
  }

  @Test
  void plan_forward_noGradientsAndWeightsOnly() {
    Plan plan = plan(8, 1e12, new Workload(MIXTRAL, 10, false, WeightType.BFLOAT16, 1, false));

    assertEquals(0, plan.gradientBytes());
    assertEquals((EXPERT + ELSE) * 2, plan.memoryBytes(), 1);
    assertEquals(32 * 2 * 10 * 2 * 7.0 / 8 * 4096 * 2, plan.exchangeBytes(), 1);
  }

  @Test
  void limit_whatIsLargest() {
    assertEquals(Plan.Limit.MEMORY, plan(4, 1e9, training(1)).limit());
    assertFalse(plan(4, 1e9, training(1)).fits());
    assertEquals(Plan.Limit.PRODUCTS, plan(1, 1e12, training(1)).limit());
    Cluster slow = new Cluster(4, new Network(1e6, 0), 1e15, 1e15);
    assertEquals(
        Plan.Limit.EXCHANGE,
        new Plan(slow, new Workload(MIXTRAL, 100_000, true, WeightType.FLOAT32, 1, false)).limit());
    assertEquals(Plan.Limit.GRADIENTS, new Plan(slow, training(1)).limit());
  }

  @ParameterizedTest
  @CsvSource({
    "128, 8, 4, 6.0, 2.7",
    "128, 8, 8, 7.0, 4.7",
    "8, 2, 8, 1.75, 1.75",
    "8, 8, 2, 4.0, 1.0",
    "8, 2, 1, 0, 0"
  })
  void copies_tokensToRanks_expectedNumber(int experts, int k, int ranks, double all, double once) {
    assertEquals(all, new ExpertTraffic(1, 1, experts, k, ranks, false, 4).copies(), 0.05);
    assertEquals(once, new ExpertTraffic(1, 1, experts, k, ranks, true, 4).copies(), 0.05);
  }

  /** The formula against draws. */
  @Test
  void copies_once_meanOfDraws() {
    SplittableRandom random = new SplittableRandom(1);
    int draws = 20_000;
    long others = 0;
    for (int i = 0; i < draws; i++) {
      BitSet chosen = new BitSet();
      while (chosen.cardinality() < 3) {
        chosen.set(random.nextInt(12));
      }
      BitSet ranks = new BitSet();
      chosen.stream().forEach(e -> ranks.set(e / 3));
      ranks.clear(i % 4); // its own
      others += ranks.cardinality();
    }
    assertEquals(
        new ExpertTraffic(1, 1, 12, 3, 4, true, 4).copies(), (double) others / draws, 0.02);
  }

  @Test
  void create_wrongNumbers_refused() {
    assertThrows(IllegalArgumentException.class, () -> new Network(0, 0));
    assertThrows(IllegalArgumentException.class, () -> training(0.5));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Workload(MIXTRAL, 1, true, WeightType.INT8, 1, false));
    assertThrows(IllegalArgumentException.class, () -> new ExpertTraffic(1, 1, 4, 2, 5, false, 4));
  }

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... args) {
    return Main.run(Main.commandLine(new PrintWriter(out, true), new PrintWriter(err, true)), args);
  }

  @Test
  void command_thousandsOfNodes_tableAndLimit() {
    assertEquals(
        0,
        execute("plan", "deepseek-v3", "--nodes", "3000", "--network", "100", "--memory", "512"),
        err.toString());

    String text = out.toString();
    assertTrue(
        text.contains("deepseek-v3, a training step of 8,192 tokens a node, on 3,000 nodes"));
    assertTrue(text.contains("| 3,000 | 250 × 12 | 2 |"), text);
    assertTrue(text.contains("| 1 | 1 × 1 | 256 |"), text);
    assertTrue(text.contains("| memory |"), text);
    assertTrue(text.contains("Assumed:\n- products at 1,000 GFLOP/s a node"), text);
  }

  @Test
  void command_wrongUsage_said() {
    assertEquals(2, execute("plan", "mixtral", "--nodes", "2"));
    assertTrue(err.toString().startsWith("plan: no preset mixtral among switch-base-8"), err + "");
    assertEquals(2, execute("plan", "mixtral-8x7b", "--nodes", "0"));
    assertTrue(err.toString().contains("plan: nodes must be at least 1 but was 0"), err + "");
    assertEquals(2, execute("plan", "mixtral-8x7b", "--nodes", "2", "--network", "-1"));
  }
}
