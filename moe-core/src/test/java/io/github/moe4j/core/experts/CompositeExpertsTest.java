package io.github.moe4j.core.experts;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.ExchangeTimed;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsInMemory;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.experts.DelegatingExperts;
import io.github.moe4j.core.internal.experts.PassAround;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.NaiveMoe;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@ExtendWith(Seeds.class)
class CompositeExpertsTest {
  private static final int D = 4;

  private static ExpertOptions options(DataType type) {
    return ExpertOptions.of(2, D, 5).withBiases(true).withDataType(type);
  }

  /** Experts 0–1 gated, 2 zero, 3 copy, 4–5 constant, 6–7 plain. */
  private static CompositeExperts composite(DataType type) {
    CompositeExperts experts = CompositeExperts.of(
        GluExperts.create(options(type), 1),
        new ZeroExperts(1, D, type),
        new CopyExperts(1, D, type),
        ConstantExperts.create(2, D, type, 2),
        FfnExperts.create(options(type), 3));
    RandomArrays.fill(experts.parameters(), Seeds.random(4), 0.6);
    return experts;
  }

  @Test
  void run_awkwardLoads_eachPartOnItsRows() {
    for (DataType type : new DataType[] {DataType.DOUBLE, DataType.FLOAT}) {
      int[][] loads = {
        {0, 0, 0, 0, 0, 0, 0, 0},
        {0, 0, 1, 0, 0, 0, 0, 0},
        {3, 0, 1, 2, 0, 1, 17, 1},
        {0, 0, 0, 0, 0, 0, 0, 3},
        {17, 0, 0, 0, 0, 0, 0, 0}
      };
      for (int[] load : loads) {
        requireParts(composite(type), type, load);
      }
    }
  }

  private static void requireParts(CompositeExperts experts, DataType type, int[] load) {
    int[] start = ExpertsCheck.starts(load);
    int rows = start[8];
    INDArray x = RandomArrays.normal(type, Seeds.random(5), rows, D);
    INDArray y = ExpertsCheck.run(experts, x, x, PassMode.evaluation(), load).y();
    double[] flat = values(x);
    double[] out = values(y);
    NamedArrays p = experts.parameters();
    NaiveMoe glu = NaiveMoe.of(part(p, "0"), Activation.SILU);
    NaiveMoe ffn = NaiveMoe.of(part(p, "4"), Activation.SILU);
    double[] gate = values(p.get("3.gate.weight"));
    double[] v = values(p.get("3.constant"));
    for (int e = 0; e < 8; e++) {
      for (int r = start[e]; r < start[e + 1]; r++) {
        double[] row = Arrays.copyOfRange(flat, r * D, (r + 1) * D);
        double[] actual = Arrays.copyOfRange(out, r * D, (r + 1) * D);
        double[] expected = switch (e) {
          case 0, 1 -> one(glu, row, e);
          case 2 -> new double[D];
          case 3 -> row;
          case 4, 5 -> mixed(row, gate, v, e - 4);
          default -> one(ffn, row, e - 6);
        };
        assertNear("row " + r, expected, actual, type == DataType.DOUBLE ? 1e-12 : 1e-5);
      }
    }
  }

  private static double[] one(NaiveMoe naive, double[] row, int expert) {
    Assignments own = Assignments.of(1, 2, new int[1], new int[] {expert}, new double[] {1});
    return naive.forward(new double[][] {row}, own)[0];
  }

  private static double[] mixed(double[] x, double[] gate, double[] v, int expert) {
    double[] e = new double[2];
    for (int i = 0; i < 2; i++) {
      for (int d = 0; d < D; d++) {
        e[i] += x[d] * gate[(expert * 2 + i) * D + d];
      }
      e[i] = Math.exp(e[i]);
    }
    double[] y = new double[D];
    for (int d = 0; d < D; d++) {
      y[d] = (e[0] * x[d] + e[1] * v[expert * D + d]) / (e[0] + e[1]);
    }
    return y;
  }

  private static NamedArrays part(NamedArrays all, String part) {
    NamedArrays.Builder builder = NamedArrays.builder();
    all.forEach((name, array) -> {
      if (name.startsWith(part + ".")) {
        builder.add(name.substring(part.length() + 1), array);
      }
    });
    return builder.build();
  }

  @Test
  void backward_awkwardLoads_matchDifferences() {
    ExpertsCheck.gradients(
        composite(DataType.DOUBLE), PassMode::evaluation, 3, 0, 1, 2, 0, 1, 2, 1);
    ExpertsCheck.gradients(
        composite(DataType.DOUBLE), PassMode::evaluation, 0, 0, 0, 0, 0, 0, 0, 0);
    ExpertsCheck.gradients(
        composite(DataType.DOUBLE), PassMode::evaluation, 0, 1, 0, 0, 0, 0, 0, 0);
    ExpertsCheck.floatNearDouble(CompositeExpertsTest::composite, 3, 0, 1, 2, 0, 1, 2, 1);
  }

  @Test
  void of_parts_numberedAndNamedInOrder() {
    CompositeExperts experts = composite(DataType.FLOAT);
    assertEquals(8, experts.experts());
    assertEquals(D, experts.modelWidth());
    assertEquals(DataType.FLOAT, experts.dataType());
    assertTrue(experts
        .parameters()
        .names()
        .containsAll(List.of("0.gate.weight", "3.gate.weight", "3.constant", "4.down.bias")));
    Experts bare = CompositeExperts.of(
        new ZeroExperts(1, D, DataType.DOUBLE), new CopyExperts(1, D, DataType.DOUBLE));
    assertEquals(DataType.DOUBLE, bare.dataType());
    assertTrue(bare.parameters().names().isEmpty());
  }

  @Test
  @Tag("slow")
  void layer_compositeExperts_gradientsMatchDifferences() {
    CompositeExperts experts = composite(DataType.DOUBLE);
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(6), 8, D);
    MoeLayer layer = MoeLayer.of(
        FixedRouter.of(gate, new int[] {0, 2}, new int[] {7, 3}, new int[] {5, 1}), experts);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(7), 7, D);
    TokenBatch input = TokenBatch.evaluation(x)
        .differentiable()
        .withMask(TokenMask.of(true, true, true, false, true, true, true));
    double[] weight = RandomArrays.normal(Seeds.random(8), 7 * D);
    MoeGradients gradients;
    try (MoePass pass = layer.forward(input)) {
      gradients = pass.backward(RandomArrays.of(DataType.DOUBLE, weight, 7, D));
    }
    GradientCheck.of(() -> {
          try (MoePass pass = layer.forward(input)) {
            return GradientCheck.weightedSum(pass.y(), weight);
          }
        })
        .add("x", x, gradients.dx())
        .addAll(layer.parameters(), gradients.parameters())
        .assertCorrect();
  }

  @Test
  void layer_onlyZeroExperts_outputZeroAndNoExpertParameters() {
    INDArray gate = RandomArrays.normal(DataType.DOUBLE, Seeds.random(6), 2, D);
    MoeLayer layer =
        MoeLayer.of(FixedRouter.of(gate, new int[] {1}), new ZeroExperts(2, D, DataType.DOUBLE));
    assertEquals(List.of("router.weight"), List.copyOf(layer.parameters().names()));
    try (MoePass pass = layer.forward(TokenBatch.evaluation(Nd4j.ones(DataType.DOUBLE, 3, D)))) {
      assertEquals(0, pass.y().amaxNumber().doubleValue());
      assertEquals(3, pass.plan().rows());
    }
  }

  @Test
  void run_manyThreads_sameBits() throws Exception {
    CompositeExperts experts = composite(DataType.FLOAT);
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(5), 25, D);
    int[] load = {3, 0, 1, 2, 0, 1, 17, 1};
    ExpertsCheck.Outcome expected = ExpertsCheck.run(experts, x, x, PassMode.evaluation(), load);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<ExpertsCheck.Outcome>> futures = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        futures.add(
            threads.submit(() -> ExpertsCheck.run(experts, x, x, PassMode.evaluation(), load)));
      }
      for (Future<ExpertsCheck.Outcome> future : futures) {
        assertSameBits("y", expected.y(), future.get().y());
        assertSameBits("dxR", expected.dxR(), future.get().dxR());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void run_laterPartFails_earlierPartsClosed() {
    boolean[] closed = {false};
    Experts first = new StubExperts(closed);
    Experts second = GluExperts.create(options(DataType.DOUBLE), 1).withDropout(0.5);
    CompositeExperts experts = CompositeExperts.of(first, second);
    INDArray x = Nd4j.ones(DataType.DOUBLE, 2, D);
    Arena arena = new Arena();
    try (Arena.Scope scope = arena.open()) {
      assertThrows(
          IllegalArgumentException.class,
          () -> experts.run(x, new int[] {0, 1, 1, 2}, PassMode.training(), scope));
    }
    assertTrue(closed[0]);
    assertEquals(0, arena.borrowedBytes());
  }

  /** One copy expert that notes that its run was closed. */
  private record StubExperts(boolean[] closed) implements Experts {
    @Override
    public int experts() {
      return 1;
    }

    @Override
    public int modelWidth() {
      return D;
    }

    @Override
    public DataType dataType() {
      return DataType.DOUBLE;
    }

    @Override
    public NamedArrays parameters() {
      return NamedArrays.none();
    }

    @Override
    public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
      scope.whenClosed(() -> closed[0] = true);
      return new ExpertsPass() {
        @Override
        public INDArray y() {
          return xR;
        }

        @Override
        public void backward(INDArray dyR, INDArray dxR, Gradients into) {
          dxR.addi(dyR);
        }
      };
    }
  }

  @Test
  void computesFillers_onlyIfAllPartsDo() {
    Experts with = new Reporting(true, 0, 0, 0);
    Experts without = new Reporting(false, 0, 0, 0);
    assertTrue(CompositeExperts.of(with, with).computesFillers());
    assertFalse(CompositeExperts.of(with, without).computesFillers());
    assertFalse(CompositeExperts.of(without, without).computesFillers());
  }

  @Test
  void run_partsWithFigures_sumOfThem() {
    Experts experts = CompositeExperts.of(
        new Reporting(false, 3, 10, 100),
        CopyExperts.of(1, D, DataType.DOUBLE),
        new Reporting(false, 4, 20, 200));
    INDArray x = Nd4j.ones(DataType.DOUBLE, 3, D);
    try (Arena.Scope scope = new Arena().open()) {
      ExpertsPass pass = experts.run(x, new int[] {0, 1, 2, 3}, PassMode.evaluation(), scope);
      assertEquals(7, ExchangeTimed.nanosOf(pass));
      assertEquals(30, ExpertsInMemory.hitsOf(pass));
      assertEquals(300, ExpertsInMemory.missesOf(pass));
    }
  }

  /** One copy expert whose runs report these figures. */
  private record Reporting(boolean computesFillers, long exchangeNanos, int hits, int misses)
      implements DelegatingExperts {
    @Override
    public Experts inner() {
      return CopyExperts.of(1, D, DataType.DOUBLE);
    }

    @Override
    public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
      return new ReportingPass(inner().run(xR, expertStart, mode, scope), this);
    }
  }

  private record ReportingPass(ExpertsPass run, Reporting figures) implements PassAround {
    @Override
    public INDArray y() {
      return run.y();
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      run.backward(dyR, dxR, into);
    }

    @Override
    public long exchangeNanos() {
      return figures.exchangeNanos();
    }

    @Override
    public int hits() {
      return figures.hits();
    }

    @Override
    public int misses() {
      return figures.misses();
    }
  }

  @Test
  void of_partsThatDoNotFit_messageNamesThem() {
    assertMessage("parts must be at least 1 but were 0", CompositeExperts::of);
    Experts first = new ZeroExperts(1, 4, DataType.FLOAT);
    assertMessage(
        "parts 0 and 1 differ in model width: 4 != 5",
        () -> CompositeExperts.of(first, new ZeroExperts(1, 5, DataType.FLOAT)));
    assertMessage(
        "parts 0 and 2 differ in type: FLOAT != DOUBLE",
        () -> CompositeExperts.of(first, first, new ZeroExperts(1, 4, DataType.DOUBLE)));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
