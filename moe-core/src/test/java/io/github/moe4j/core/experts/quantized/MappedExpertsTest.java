package io.github.moe4j.core.experts.quantized;

import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsInMemory;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.NormalizedInput;
import io.github.moe4j.core.experts.ScaledOutput;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.io.StoredFile;
import io.github.moe4j.core.lora.FrozenExperts;
import io.github.moe4j.core.lora.LoraExperts;
import io.github.moe4j.core.lora.LoraOptions;
import io.github.moe4j.core.lora.LoraTarget;
import io.github.moe4j.core.transformer.RmsNorm;
import io.github.moe4j.core.watch.micrometer.MoeMetrics;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** {@link MappedExperts} beside float32 and quantized experts of the same weights. */
@ExtendWith(Seeds.class)
class MappedExpertsTest {
  private static final int[][] LOADS = {
    {0, 0, 0}, {0, 1, 0}, {3, 0, 1}, {17, 0, 2}, {1, 70, 3}, {600, 0, 16}
  };

  private static final int[][] WIDTHS = {{1, 1}, {5, 1}, {33, 71}, {301, 130}, {130, 600}};

  record Kind(boolean gated, boolean biases, boolean transposed, int step) {
    Experts create(int d, int h) {
      ExpertOptions options =
          ExpertOptions.of(3, d, h).withBiases(biases).withActivation(Activation.GELU);
      Experts experts = gated ? GluExperts.create(options, 5) : FfnExperts.create(options, 5);
      RandomArrays.fill(experts.parameters(), Seeds.random(6), 0.5 / Math.sqrt(d));
      return experts;
    }

    MappedExperts mapped(Experts experts, MappedWeights options) {
      return mapped(experts, options, HeapMatrix.file());
    }

    /** The function is that of experts of width 1. */
    MappedExperts mapped(Experts experts, MappedWeights options, StoredFile file) {
      List<StoredExpert> stored = StoredCopies.of(experts.parameters(), transposed, step, file);
      Experts like = create(1, 1);
      return gated
          ? MappedExperts.of((GluExperts) like, stored, options)
          : MappedExperts.of((FfnExperts) like, stored, options);
    }
  }

  private static final Kind PLAIN = new Kind(true, false, false, 1);

  static Stream<Kind> kinds() {
    return Stream.of(
        PLAIN,
        new Kind(false, true, false, 1),
        new Kind(true, true, false, 2),
        new Kind(true, true, true, 2),
        new Kind(false, false, true, 1));
  }

  private static INDArray tokens(int[] load, int width) {
    return RandomArrays.normal(
        DataType.FLOAT, Seeds.random(7), Arrays.stream(load).sum(), width);
  }

  private static int[] starts(int[] load) {
    int[] start = new int[load.length + 1];
    for (int e = 0; e < load.length; e++) {
      start[e + 1] = start[e] + load[e];
    }
    return start;
  }

  private static double[] y(Experts experts, INDArray x, int[] load) {
    try (Arena.Scope scope = new Arena().open()) {
      return values(experts.run(x, starts(load), PassMode.evaluation(), scope).y());
    }
  }

  private static void assertEqual(String where, double[] expected, double[] actual) {
    if (Kernels.chosen().isPresent()) {
      assertSameBits(where, expected, actual);
    } else {
      assertNear(where, expected, actual, 2e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void run_streamed_bitsOfFloat32Experts(Kind kind) {
    for (int[] width : WIDTHS) {
      Experts expected = kind.create(width[0], width[1]);
      MappedExperts mapped = kind.mapped(expected, MappedWeights.streamed());
      for (int[] load : LOADS) {
        INDArray x = tokens(load, width[0]);
        String where = kind + ", D, H " + Arrays.toString(width) + ", " + Arrays.toString(load);
        assertEqual(where, y(expected, x, load), y(mapped, x, load));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void run_withBudget_bitsOfQuantizedExpertsWhateverIsInMemory(WeightFormat format) {
    for (Kind kind : new Kind[] {PLAIN, new Kind(true, true, true, 2)}) {
      GluExperts experts = (GluExperts) kind.create(33, 71);
      QuantizedExperts expected = QuantizedExperts.of(experts, format);
      long one = expected.bytes() / 3;
      for (long budget : new long[] {1, one, 2 * one, 3 * one}) {
        MappedExperts mapped = kind.mapped(experts, MappedWeights.withBudget(budget, format));
        for (int[] load : new int[][] {{1, 1, 1}, {0, 3, 0}, {20, 0, 2}, {0, 0, 0}, {1, 1, 1}}) {
          INDArray x = tokens(load, 33);
          String where = format + ", " + budget + ", " + Arrays.toString(load);
          assertSameBits(where, y(expected, x, load), y(mapped, x, load));
          assertTrue(mapped.bytesInMemory() <= budget, where + ": " + mapped.bytesInMemory());
        }
      }
    }
  }

  @Test
  void run_closedRows_areRefusedByName() {
    GluExperts experts = (GluExperts) PLAIN.create(5, 7);
    for (Experts each : List.of(
        PLAIN.mapped(experts, MappedWeights.streamed()),
        PLAIN.mapped(experts, MappedWeights.withBudget(1 << 20, WeightFormat.INT8)),
        QuantizedExperts.of(experts, WeightFormat.INT8))) {
      INDArray x = tokens(new int[] {1, 0, 2}, 5).dup(); // of its own memory
      x.close();
      try (Arena.Scope scope = new Arena().open()) {
        IllegalArgumentException error = assertThrows(
            IllegalArgumentException.class,
            () -> each.run(x, starts(new int[] {1, 0, 2}), PassMode.evaluation(), scope));
        assertEquals(
            "x of the experts must be usable but it, or the array of which it is a view, was closed",
            error.getMessage());
      }
    }
  }

  private static String uses(Experts experts, int... load) {
    try (Arena.Scope scope = new Arena().open()) {
      INDArray x = tokens(load, experts.modelWidth());
      ExpertsInMemory pass =
          (ExpertsInMemory) experts.run(x, starts(load), PassMode.evaluation(), scope);
      return pass.hits() + " hits, " + pass.misses() + " misses";
    }
  }

  @Test
  void run_withBudgetOfTwoExperts_keepsTheTwoUsedLast() {
    GluExperts experts = (GluExperts) PLAIN.create(33, 71);
    long one = QuantizedExperts.of(experts, WeightFormat.INT8).bytes() / 3;
    MappedExperts mapped =
        PLAIN.mapped(experts, MappedWeights.withBudget(2 * one, WeightFormat.INT8));
    assertEquals(0, mapped.bytesInMemory());
    assertEquals("0 hits, 2 misses", uses(mapped, 1, 1, 0)); // 0, 1
    assertEquals(2 * one, mapped.bytesInMemory());
    assertEquals("1 hits, 0 misses", uses(mapped, 1, 0, 0)); // 1, 0
    assertEquals("0 hits, 1 misses", uses(mapped, 0, 0, 4)); // 0, 2: 1 went
    assertEquals("1 hits, 0 misses", uses(mapped, 1, 0, 0)); // 2, 0
    assertEquals("0 hits, 1 misses", uses(mapped, 0, 1, 0)); // 0, 1: 2 went
    assertEquals("1 hits, 1 misses", uses(mapped, 1, 0, 1)); // 0, 2
    assertEquals(2 * one, mapped.bytesInMemory());
  }

  @Test
  void run_withinOtherExperts_usesAreCountedThere() {
    GluExperts experts = (GluExperts) PLAIN.create(5, 7);
    MappedWeights all = MappedWeights.withBudget(1 << 20, WeightFormat.FLOAT32);
    RmsNorm norm = RmsNorm.create(5, 1e-6, DataType.FLOAT);
    Experts around = CompositeExperts.of(
        ScaledOutput.of(PLAIN.mapped(experts, all), 2),
        FrozenExperts.of(PLAIN.mapped(experts, all)),
        NormalizedInput.of(norm, PLAIN.mapped(experts, all)));
    assertEquals("0 hits, 3 misses", uses(around, 1, 0, 0, 1, 0, 0, 2, 0, 0));
    assertEquals("3 hits, 1 misses", uses(around, 1, 1, 0, 1, 0, 0, 2, 0, 0));
  }

  @Test
  void forward_withBudgetAndMeters_countsHitsAndMisses() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    MoeMetrics metrics = new MoeMetrics();
    metrics.bindTo(registry);
    INDArray weights = RandomArrays.normal(DataType.FLOAT, Seeds.random(8), 3, 5);
    MappedExperts mapped =
        PLAIN.mapped(PLAIN.create(5, 7), MappedWeights.withBudget(1 << 20, WeightFormat.INT8));
    MoeLayer layer = MoeLayer.builder(
            FixedRouter.of(weights, new int[] {0, 1}, new int[] {0, 2}), mapped)
        .name("a")
        .listener(metrics)
        .build();
    layer.forward(TokenBatch.evaluation(tokens(new int[] {1}, 5))).close(); // 0, 1
    layer.forward(TokenBatch.inference(tokens(new int[] {2}, 5))).close(); // 0, 1, 2
    assertEquals(
        2, registry.get("moe4j.experts.hits").tag("layer", "a").counter().count());
    assertEquals(
        3, registry.get("moe4j.experts.misses").tag("layer", "a").counter().count());
  }

  @Test
  void run_streamed_readsOnlyExpertsWithRows() {
    GluExperts experts = (GluExperts) PLAIN.create(5, 7);
    List<StoredExpert> stored = StoredCopies.of(experts.parameters(), false, 1, HeapMatrix.file());
    MappedExperts mapped = MappedExperts.of(experts, stored, MappedWeights.streamed());
    int[] load = {0, 2, 0};
    y(mapped, tokens(load, 5), load);
    assertEquals(List.of(0, 7, 0), reads(stored, "up")); // each row once
    assertEquals(List.of(0, 5, 0), reads(stored, "down"));
    assertEquals("0 hits, 0 misses", uses(mapped, 1, 1, 1));
  }

  private static List<Integer> reads(List<StoredExpert> stored, String name) {
    return stored.stream()
        .map(expert -> ((HeapMatrix) expert.weight(name).matrix()).reads.get())
        .toList();
  }

  @Test
  void run_severalThreadsWithASmallBudget_sameBits() throws Exception {
    GluExperts experts = (GluExperts) PLAIN.create(33, 71);
    QuantizedExperts expected = QuantizedExperts.of(experts, WeightFormat.BFLOAT16);
    MappedExperts mapped = PLAIN.mapped(
        experts, MappedWeights.withBudget(expected.bytes() / 2, WeightFormat.BFLOAT16));
    int[][] loads = {{1, 0, 2}, {0, 3, 1}, {2, 2, 0}, {1, 1, 1}};
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int[] load : loads) {
        INDArray x = tokens(load, 33);
        double[] y = y(expected, x, load);
        Callable<Void> task = () -> {
          for (int i = 0; i < 50; i++) {
            assertSameBits("concurrent", y, y(mapped, x, load));
          }
          return null;
        };
        done.add(threads.submit(task));
      }
      for (Future<?> each : done) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertTrue(mapped.bytesInMemory() <= expected.bytes() / 2);
  }

  @Test
  void run_fileOfAnExpertChanged_isAnErrorForItsRowsOnly() {
    GluExperts experts = (GluExperts) PLAIN.create(3, 4);
    List<StoredExpert> stored =
        new ArrayList<>(StoredCopies.of(experts.parameters(), false, 1, HeapMatrix.file()));
    stored.set(
        1, StoredCopies.of(experts.parameters(), false, 1, HeapMatrix.changed()).get(1));
    for (MappedWeights options : List.of(
        MappedWeights.streamed(), MappedWeights.withBudget(1 << 20, WeightFormat.FLOAT32))) {
      MappedExperts mapped = MappedExperts.of(experts, stored, options);
      y(mapped, tokens(new int[] {1, 0, 2}, 3), new int[] {1, 0, 2});
      int[] load = {1, 1, 0};
      UncheckedIOException error =
          assertThrows(UncheckedIOException.class, () -> y(mapped, tokens(load, 3), load));
      assertEquals("the file is another one", error.getMessage());
    }
  }

  /** Memory behind the end of a mapped file is reported by the JVM as an InternalError. */
  @Test
  void run_weightsCannotBeRead_isAClearErrorAndNothingIsKept() {
    StoredMatrix torn = matrix(HeapMatrix.file(), () -> {
      throw new InternalError("a fault occurred in an unsafe memory access operation");
    });
    for (MappedExperts mapped : ofOneExpert(torn)) {
      UncheckedIOException error = assertThrows(
          UncheckedIOException.class, () -> y(mapped, tokens(new int[] {1}, 3), new int[] {1}));
      assertEquals("weights cannot be read from their file", error.getMessage());
      assertEquals(0, mapped.bytesInMemory());
    }
  }

  /** Does something whenever a row is read. */
  private static HeapMatrix matrix(StoredFile file, Runnable whenRead) {
    return new HeapMatrix(new float[4][4], file) {
      @Override
      public Reader reader() {
        Reader reader = super.reader();
        return (row, column, count, target, at, piece, apart) -> {
          reader.read(row, column, count, target, at, piece, apart);
          whenRead.run();
        };
      }
    };
  }

  /** One expert whose weights lie in a matrix: streamed, and with a budget. */
  private static List<MappedExperts> ofOneExpert(StoredMatrix matrix) {
    StoredExpert expert = new StoredExpert(
        Map.of(
            "gate", new StoredWeight(matrix, 4, 3, 0, 0, 1, false),
            "up", new StoredWeight(matrix, 4, 3, 0, 0, 1, false),
            "down", new StoredWeight(matrix, 3, 4, 0, 0, 1, false)),
        Map.of());
    GluExperts like = (GluExperts) PLAIN.create(3, 4);
    return List.of(
        MappedExperts.of(like, List.of(expert), MappedWeights.streamed()),
        MappedExperts.of(
            like, List.of(expert), MappedWeights.withBudget(1 << 20, WeightFormat.FLOAT32)));
  }

  /** The ways to read weights: a pass, and a copy for adapters. */
  private static List<Runnable> uses(MappedExperts mapped) {
    INDArray target = Nd4j.create(DataType.FLOAT, 4, 3);
    return List.of(
        () -> y(mapped, tokens(new int[] {1}, 3), new int[] {1}),
        () -> mapped.linears().get(0).copy(0, Rows.of(target), 0));
  }

  @Test
  void use_fileChangedBefore_nothingIsRead() {
    HeapMatrix matrix = matrix(HeapMatrix.changed(), () -> {});
    for (MappedExperts mapped : ofOneExpert(matrix)) {
      for (Runnable use : uses(mapped)) {
        assertEquals(
            "the file is another one",
            assertThrows(UncheckedIOException.class, use::run).getMessage());
        assertEquals(0, matrix.reads.get());
      }
    }
  }

  @Test
  void use_fileChangesWhileItIsRead_isAnErrorAndNothingIsKept() {
    AtomicBoolean changed = new AtomicBoolean();
    for (MappedExperts mapped :
        ofOneExpert(matrix(changesWith(changed), () -> changed.set(true)))) {
      for (Runnable use : uses(mapped)) {
        changed.set(false);
        assertEquals(
            "the file is another one",
            assertThrows(UncheckedIOException.class, use::run).getMessage());
        assertEquals(0, mapped.bytesInMemory());
      }
    }
  }

  /** The message names the file then, though the fault of the memory comes first. */
  @Test
  void use_fileIsTruncatedWhileItIsRead_isAnErrorThatNamesIt() {
    AtomicBoolean changed = new AtomicBoolean();
    StoredMatrix torn = matrix(changesWith(changed), () -> {
      changed.set(true);
      throw new InternalError("a fault occurred in an unsafe memory access operation");
    });
    for (MappedExperts mapped : ofOneExpert(torn)) {
      for (Runnable use : uses(mapped)) {
        changed.set(false);
        assertEquals(
            "the file is another one",
            assertThrows(UncheckedIOException.class, use::run).getMessage());
      }
    }
  }

  private static StoredFile changesWith(AtomicBoolean changed) {
    return () -> {
      if (changed.get()) {
        HeapMatrix.changed().requireUnchanged();
      }
    };
  }

  /** With the file as it was, a copy for adapters is not possible either. */
  @Test
  void copy_weightsCannotBeRead_isAClearError() {
    StoredMatrix torn = matrix(HeapMatrix.file(), () -> {
      throw new InternalError("a fault occurred in an unsafe memory access operation");
    });
    for (MappedExperts mapped : ofOneExpert(torn)) {
      assertEquals(
          "weights cannot be read from their file",
          assertThrows(UncheckedIOException.class, uses(mapped).get(1)::run).getMessage());
    }
  }

  @Test
  void run_rowsOfAnotherType_areRefused() {
    MappedExperts mapped = PLAIN.mapped(PLAIN.create(3, 4), MappedWeights.streamed());
    INDArray x = Nd4j.create(DataType.DOUBLE, 1, 3);
    try (Arena.Scope scope = new Arena().open()) {
      assertEquals(
          "xR must be FLOAT but was DOUBLE",
          refused(() -> mapped.run(x, new int[] {0, 1, 1, 1}, PassMode.evaluation(), scope)));
    }
  }

  @Test
  void run_budgetOfTwoExperts_theirRowsAreDoneBeforeTheThirdIsPacked() {
    GluExperts experts = (GluExperts) PLAIN.create(5, 7);
    StoredNetwork network = StoredNetwork.of(
        experts, StoredCopies.of(experts.parameters(), false, 1, HeapMatrix.file()));
    INDArray y = Nd4j.valueArrayOf(new long[] {3, 5}, Float.NaN, DataType.FLOAT);
    List<Integer> done = new ArrayList<>();
    ExpertCache cache = new ExpertCache(1, expert -> {
      done.add((int) Arrays.stream(values(y)).filter(Double::isFinite).count() / 5);
      return QuantizedNetwork.of(
          network.function(), network.names(), network.experts().get(expert), WeightFormat.FLOAT32);
    });
    long one = QuantizedExperts.of(experts, WeightFormat.FLOAT32).bytes() / 3;
    INDArray x = tokens(new int[] {1, 1, 1}, 5);
    try (Arena.Scope scope = new Arena().open()) {
      new CachedPass(
              cache,
              2 * one,
              new ExpertRows(x),
              new ExpertRows(y),
              new BlockTimes(),
              new CacheUses())
          .run(new int[] {0, 1, 2, 3}, scope);
    }
    assertEquals(List.of(0, 0, 2), done);
    assertSameBits(
        "y",
        y(QuantizedExperts.of(experts, WeightFormat.FLOAT32), x, new int[] {1, 1, 1}),
        values(y));
  }

  @Test
  void activationShare_fewRowsOrMany_partOfTheTime() {
    Experts experts = PLAIN.create(33, 71);
    for (Experts each : List.of(
        QuantizedExperts.of((GluExperts) experts, WeightFormat.FLOAT32),
        PLAIN.mapped(experts, MappedWeights.streamed()))) {
      for (int rows : new int[] {1, 70}) {
        int[] load = {0, rows, 0};
        try (Arena.Scope scope = new Arena().open()) {
          double share = ActivationTimed.shareOf(
              each.run(tokens(load, 33), starts(load), PassMode.evaluation(), scope));
          assertTrue(share > 0 && share < 1, () -> rows + " rows, share " + share);
        }
      }
    }
  }

  @Test
  void run_trainingOrBackward_isRefused() {
    GluExperts experts = (GluExperts) PLAIN.create(3, 4);
    MappedExperts mapped = PLAIN.mapped(experts, MappedWeights.streamed());
    INDArray x = tokens(new int[] {1, 0, 0}, 3);
    int[] start = {0, 1, 1, 1};
    try (Arena.Scope scope = new Arena().open()) {
      assertEquals(
          "mapped experts are for evaluation only but the pass was training",
          assertThrows(
                  UnsupportedOperationException.class,
                  () -> mapped.run(x, start, PassMode.training(), scope))
              .getMessage());
      assertThrows(
          UnsupportedOperationException.class,
          () -> mapped.run(x, start, PassMode.evaluation().differentiable(), scope));
      ExpertsPass pass = mapped.run(x, start, PassMode.evaluation(), scope);
      assertThrows(
          UnsupportedOperationException.class,
          () -> pass.backward(x, x, mapped.parameters().zeroGradients()));
    }
    assertEquals(0, mapped.parameters().names().size());
    assertEquals(3, mapped.experts());
    assertEquals(DataType.FLOAT, mapped.dataType());
  }

  @Test
  void of_shapesNamesOrBiasesThatDoNotFit_isRefused() {
    GluExperts small = (GluExperts) PLAIN.create(3, 4);
    GluExperts large = (GluExperts) PLAIN.create(3, 5);
    GluExperts biased = (GluExperts) new Kind(true, true, false, 1).create(3, 4);
    List<StoredExpert> stored = StoredCopies.of(small.parameters(), false, 1, HeapMatrix.file());
    List<StoredExpert> other = StoredCopies.of(large.parameters(), false, 1, HeapMatrix.file());
    List<StoredExpert> mixed = List.of(stored.get(0), other.get(1));
    assertEquals(
        "gate of expert 1 must be [4,3] but is [5,3]",
        refused(() -> MappedExperts.of(small, mixed, MappedWeights.streamed())));
    assertEquals(
        "gate of expert 0 must have a bias but has none",
        refused(() -> MappedExperts.of(biased, stored, MappedWeights.streamed())));
    assertEquals(
        "experts must be at least 1 but were none",
        refused(() -> MappedExperts.of(small, List.of(), MappedWeights.streamed())));
    StoredWeight up = stored.get(0).weight("up");
    assertEquals(
        "an expert must have a weight gate but has [up]",
        refused(() -> MappedExperts.of(
            small,
            List.of(new StoredExpert(Map.of("up", up), Map.of())),
            MappedWeights.streamed())));
    assertEquals(
        "bias of up must be [4,1] but is [4,3]",
        refused(() -> new StoredExpert(Map.of("up", up), Map.of("up", up))));
    assertEquals(
        "weight must be within a matrix [7,5] but has 4 rows from 4 and 3 columns from 2",
        refused(() -> new StoredWeight(up.matrix(), 4, 3, 4, 2, 1, false)));
    assertEquals(
        "budget must be 0 exactly if there is no format but was 0 with INT8",
        refused(() -> MappedWeights.withBudget(0, WeightFormat.INT8)));
    assertEquals(
        "budget must be at least 0 but was -1",
        refused(() -> MappedWeights.withBudget(-1, WeightFormat.INT8)));
  }

  private static String refused(Runnable wrong) {
    return assertThrows(IllegalArgumentException.class, wrong::run).getMessage();
  }

  /** Adapters over mapped weights, streamed and with a budget: the bits of those over the same weights in memory. */
  @ParameterizedTest
  @MethodSource("kinds")
  void adapted_anyKind_bitsOfAdaptersOverTheSameWeights(Kind kind) {
    Experts plain = kind.create(33, 71);
    Experts packed = plain instanceof GluExperts glu
        ? QuantizedExperts.of(glu, WeightFormat.INT8)
        : QuantizedExperts.of((FfnExperts) plain, WeightFormat.INT8);
    requireSame(plain, kind.mapped(plain, MappedWeights.streamed()));
    requireSame(packed, kind.mapped(plain, MappedWeights.withBudget(20_000, WeightFormat.INT8)));
  }

  private static void requireSame(Experts inMemory, MappedExperts mapped) {
    int[] load = {3, 0, 20};
    INDArray x = tokens(load, 33);
    LoraOptions options =
        LoraOptions.of(2, 3).withTargets(LoraTarget.EXPERT_UP, LoraTarget.EXPERT_DOWN);
    Gradients[] into = new Gradients[2];
    List<INDArray> dx = new ArrayList<>();
    List<Experts> both = List.of(inMemory, mapped);
    for (int i = 0; i < 2; i++) {
      LoraExperts experts = LoraExperts.of(both.get(i), options);
      RandomArrays.fill(experts.parameters(), Seeds.random(8), 0.5);
      into[i] = experts.parameters().zeroGradients();
      dx.add(x.dup().assign(0));
      try (Arena.Scope scope = new Arena().open()) {
        experts
            .run(x, starts(load), PassMode.training(), scope)
            .backward(x.dup(), dx.get(i), into[i]);
      }
    }
    assertSameBits("dx", dx.get(0), dx.get(1));
    into[0].forEach((name, array) -> assertSameBits(name, array, into[1].get(name)));
  }
}
