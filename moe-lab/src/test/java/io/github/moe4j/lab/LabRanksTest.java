package io.github.moe4j.lab;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.cli.Progress;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.lab.ranks.RankSpread;
import io.github.moe4j.lab.report.CurvePoint;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import io.github.moe4j.lab.report.RankUse;
import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.LayerOptions;
import io.github.moe4j.lab.variant.Variant;
import io.github.moe4j.lab.variant.VariantGrid;
import io.github.moe4j.lab.variant.Variants;
import io.github.moe4j.parallel.checkpoint.RankCheckpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The lab over ranks in threads has the numbers of one process up to the order of sums, and resumes to the bit. */
class LabRanksTest {
  private static final int STEPS = 4;
  private static final LabOptions OPTIONS = new LabOptions(
      3, STEPS, 5, 0.01, 0.2, new ModelOptions(8, 2, 2, 16), new LayerOptions(8, 16, 4, 2));

  @TempDir
  Path folder;

  private static Experiment experiment(String... routers) {
    return experiment(List.of(routers), List.of());
  }

  private static Experiment experiment(List<String> routers, List<String> balances) {
    return new Experiment(
        new VariantGrid(routers, balances, List.of(), List.of("4"), List.of(2)).variants(),
        List.of(3L),
        OPTIONS,
        LabTest.corpus(),
        "test",
        "file",
        Map.of("steps", String.valueOf(STEPS), "ranks", "2"));
  }

  private LabResult run(
      Experiment experiment, int ranks, String name, boolean resumes, int stopAfter)
      throws IOException {
    Path to = folder.resolve(name);
    RunFiles files = new RunFiles(to, true, OutputOptions.SAVE_EVERY);
    RankRun run = new RankRun(experiment, files, resumes);
    run.prepare();
    Group.threads(ranks, Duration.ofSeconds(60), group -> {
      AtomicInteger asked = new AtomicInteger();
      BooleanSupplier stop = () -> group.rank() == 0 && asked.getAndIncrement() >= stopAfter;
      run.rank(group, stop, Progress.quiet());
      return 0;
    });
    return LabReport.read(to);
  }

  private LabResult run(Experiment experiment, int ranks) throws IOException {
    return run(experiment, ranks, "of-" + ranks, false, Integer.MAX_VALUE);
  }

  private static void assertNear(ModelResult expected, ModelResult actual) {
    assertEquals(expected.parameters(), actual.parameters());
    assertEquals(expected.activeParameters(), actual.activeParameters());
    assertEquals(expected.curve().size(), actual.curve().size());
    for (int i = 0; i < expected.curve().size(); i++) {
      CurvePoint point = expected.curve().get(i);
      assertEquals(point.trainLoss(), actual.curve().get(i).trainLoss(), 2e-4);
      assertEquals(point.validationLoss(), actual.curve().get(i).validationLoss(), 2e-4);
    }
  }

  @Test
  void run_overAnyRanks_hasTheNumbersOfOneProcessUpToTheOrderOfSums() throws IOException {
    // no losses and no controllers by parts of a batch, no noise
    Experiment experiment = experiment("dense", "top-k-unbalanced");
    LabResult plain = Lab.run(experiment, new NoStore(), () -> false, Progress.quiet());
    for (int ranks : new int[] {1, 3, 7}) {
      LabResult spread = run(experiment, ranks);
      assertTrue(spread.complete());
      for (int m = 0; m < 2; m++) {
        assertNear(plain.models().get(m), spread.models().get(m));
      }
      ModelResult sparse = spread.models().get(1);
      assertEquals(ranks, sparse.ranks().size());
      assertEquals(4, sparse.ranks().stream().mapToInt(RankUse::experts).sum());
      assertEquals(1, sparse.ranks().stream().mapToDouble(RankUse::loadShare).sum(), 1e-12);
      assertEquals(ranks > 1, sparse.ranks().get(0).bytesPerStep() > 0);
      assertNotNull(sparse.expertUse());
    }
  }

  @Test
  void run_controllerOfBiases_actsOnTheChoicesOfAllRanks() throws IOException {
    Experiment experiment = experiment("deepseek-v3");
    ModelResult plain = Lab.run(experiment, new NoStore(), () -> false, Progress.quiet())
        .models()
        .get(0);
    for (int ranks : new int[] {1, 3}) {
      assertNear(plain, run(experiment, ranks).models().get(0));
    }
  }

  @Test
  void run_lossesThatAreMeansOverTokens_haveTheGradientsOfTheWholeBatch() throws IOException {
    Experiment experiment = experiment(List.of("top-k"), List.of("global-batch", "z-loss"));
    LabResult plain = Lab.run(experiment, new NoStore(), () -> false, Progress.quiet());
    for (int ranks : new int[] {2, 3, 7}) {
      LabResult spread = run(experiment, ranks);
      for (int m = 0; m < 2; m++) {
        assertNear(plain.models().get(m), spread.models().get(m));
      }
    }
  }

  /** Counts the barriers of a rank. */
  private static Group counting(Group group, AtomicInteger barriers) {
    return (Group) Proxy.newProxyInstance(
        Group.class.getClassLoader(), new Class<?>[] {Group.class}, (proxy, method, arguments) -> {
          if (method.getName().equals("barrier")) {
            barriers.incrementAndGet();
          }
          return method.invoke(group, arguments);
        });
  }

  @Test
  void evaluate_modelWithoutCollectives_ranksWaitForEachPartAndNotForAll() {
    Split split = LabTest.corpus().split(3, 0.2);
    int windows = split
        .validation()
        .windows(OPTIONS.model().sequence(), Training.HELD_OUT_WINDOWS)
        .rows();
    int parts = (windows + OPTIONS.batch() - 1) / OPTIONS.batch();
    assertTrue(parts > 1);
    Group.threads(2, Duration.ofSeconds(60), group -> {
      AtomicInteger barriers = new AtomicInteger();
      try (Workers workers = Workers.inTurn(1)) {
        RankTrainer trainer = new RankTrainer(
            Variants.named("dense"), OPTIONS, split, workers, counting(group, barriers));
        barriers.set(0);
        trainer.evaluate();
        assertEquals(parts, barriers.getAndSet(0), "barriers of an evaluation");
        trainer.trace(folder.resolve("dense.trace"));
        assertEquals(parts, barriers.get(), "barriers of a trace");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return 0;
    });
  }

  /** Gradients of a step of an untrained model, of experts by layer, name and global number. */
  private static Map<String, INDArray> gradientsOfExperts(int ranks) {
    Variant variant = Variants.named("top-k-unbalanced");
    Batch batch = LabTest.corpus()
        .split(3, 0.2)
        .train()
        .batch(RestorableRandom.ofSeed(1), OPTIONS.batch(), OPTIONS.model().sequence());
    Map<String, INDArray> all = new ConcurrentHashMap<>();
    Group.threads(ranks, Duration.ofSeconds(60), group -> {
      RankSpread spread = new RankSpread(group);
      ByteLanguageModel model = LabModel.create(variant, OPTIONS, spread).network();
      Gradients gradients = model.parameters().zeroGradients();
      Batch own = batch.slice(
          batch.rows() * group.rank() / ranks, batch.rows() * (group.rank() + 1) / ranks);
      try (Shard shard = new Shard(model, own, RestorableRandom.ofSeed(2), 0)) {
        shard.backward(gradients, batch.tokens().length);
      }
      int[] here = spread.placements().get(0).expertsOn(group.rank());
      gradients.forEach((name, array) -> {
        for (int i = 0; name.contains(".experts.") && i < here.length; i++) {
          all.put(name + " " + here[i], array.slice(i).dup());
        }
      });
      return 0;
    });
    return all;
  }

  @Test
  void step_fromEqualParameters_gradientsOfExpertsHaveTheBitsOfOneRank() {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
    Map<String, INDArray> expected = gradientsOfExperts(1);
    assertEquals(2 * 3 * 4, expected.size()); // layers, matrices, experts
    for (int ranks : new int[] {2, 3, 7}) {
      Map<String, INDArray> actual = gradientsOfExperts(ranks);
      assertEquals(expected.keySet(), actual.keySet());
      expected.forEach((name, array) -> assertSameBits(name, array, actual.get(name)));
    }
  }

  private static String numbers(LabResult result) {
    StringBuilder all = new StringBuilder();
    for (ModelResult model : result.models()) {
      all.append(model.name()).append(model.validationLoss()).append(model.curve());
    }
    return all.toString();
  }

  private List<String> places(String name) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(name))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".ranks"))
          .toList();
    }
  }

  @Test
  void resume_onTheSameRanks_hasTheBitsOfAnUnbrokenRun() throws IOException {
    // noise, a controller of biases, and one of a coefficient: all have state of their own
    Experiment experiment = experiment("noisy-top-k", "deepseek-v3", "remoe");
    String unbroken = numbers(run(experiment, 2));
    LabResult partial = run(experiment, 2, "broken", false, STEPS + 2);
    assertFalse(partial.complete());
    assertEquals("2 of 4 steps of deepseek-v3, model 2 of 3", partial.progress());
    assertEquals(List.of("deepseek-v3-seed-3.ranks"), places("broken"));
    LabResult resumed = run(experiment, 2, "broken", true, Integer.MAX_VALUE);
    assertTrue(resumed.complete());
    assertEquals(unbroken, numbers(resumed));
    assertEquals(List.of(), places("broken"));
  }

  @Test
  void resume_onOtherRanks_goesOn() throws IOException {
    Experiment experiment = experiment("top-k-unbalanced");
    ModelResult unbroken = run(experiment, 3).models().get(0);
    run(experiment, 2, "broken", false, 2);
    LabResult resumed = run(experiment, 3, "broken", true, Integer.MAX_VALUE);
    assertTrue(resumed.complete());
    assertNear(unbroken, resumed.models().get(0));
    assertEquals(3, resumed.models().get(0).ranks().size());
    assertTrue(Files.size(folder.resolve("broken").resolve("top-k-unbalanced.trace")) > 0);
    assertEquals("2, then 3", resumed.environment().get(RankFolder.RANKS_IN_TURN));
  }

  @Test
  void resume_ofAPartialResultWithoutItsState_trainsTheModelAnew() throws IOException {
    Experiment experiment = experiment("top-k-unbalanced");
    String unbroken = numbers(run(experiment, 2));
    run(experiment, 2, "broken", false, 2);
    Path place = folder.resolve("broken").resolve(places("broken").get(0));
    RankCheckpoints.delete(place);
    assertEquals(unbroken, numbers(run(experiment, 2, "broken", true, Integer.MAX_VALUE)));
  }

  /** Killed after the report said so, while it deleted the state, in which killed saves had left files. */
  @Test
  void resume_ofACompleteRun_deletesWhatIsLeftOfTheState() throws IOException {
    Experiment experiment = experiment("top-k-unbalanced");
    String unbroken = numbers(run(experiment, 2, "complete", false, Integer.MAX_VALUE));
    Path place = Files.createDirectory(folder.resolve("complete/top-k-unbalanced-seed-3.ranks"));
    String killed = "." + UUID.randomUUID() + ".part";
    Files.createFile(place.resolve(".manifest.checkpoint" + killed));
    Files.createFile(place.resolve("step-2-0123456789abcdef.rank-1"));
    Files.createFile(place.resolve(".step-2-0123456789abcdef.rank-0" + killed));
    assertEquals(unbroken, numbers(run(experiment, 2, "complete", true, Integer.MAX_VALUE)));
    assertEquals(List.of(), places("complete"));
  }

  @Test
  void prepare_newRunOverAPartialOne_leavesNothingToResume() throws IOException {
    Experiment experiment = experiment("top-k-unbalanced");
    run(experiment, 2, "broken", false, 2);
    RankRun again = new RankRun(experiment, RunFiles.in(folder.resolve("broken")), false);
    assertTrue(again.isResumable());
    again.prepare(); // and is killed before a rank has started
    assertFalse(again.isResumable());
    assertEquals(List.of(), places("broken"));
  }
}
