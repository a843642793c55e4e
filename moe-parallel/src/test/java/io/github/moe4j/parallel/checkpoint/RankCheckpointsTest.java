package io.github.moe4j.parallel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.random.RestorableRandom;
import io.github.moe4j.parallel.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is saved on some ranks and loaded on others has the same bits, and so has what is trained from it. */
class RankCheckpointsTest {
  private static final int[] RANKS = {1, 2, 3, 4, 7};

  @TempDir
  Path folder;

  private static Placement even(int ranks) {
    return Placement.even(RankTraining.EXPERTS, ranks);
  }

  private static TreeMap<String, double[]> joined(List<TreeMap<String, double[]>> ofRanks) {
    TreeMap<String, double[]> all = new TreeMap<>();
    ofRanks.forEach(all::putAll);
    return all;
  }

  private static void assertSame(
      String what, Map<String, double[]> expected, Map<String, double[]> actual) {
    assertEquals(expected.keySet(), actual.keySet(), what);
    expected.forEach(
        (name, values) -> assertArrayEquals(values, actual.get(name), what + " " + name));
  }

  /** State after some steps, saved into the folder after each of the saves. */
  private TreeMap<String, double[]> run(int ranks, Path to, int before, int after) {
    return joined(RankTraining.ranks(ranks, group -> {
      RankTraining training = new RankTraining(group, even(ranks), 1, to);
      training.train(before);
      training.save();
      training.train(after);
      return training.all();
    }));
  }

  @Test
  void load_onAnyNumberOfRanks_parametersMomentsAndStepsHaveTheSameBits() {
    for (int n : RANKS) {
      Path of = folder.resolve("of-" + n);
      TreeMap<String, double[]> saved = run(n, of, 2, 0);
      for (int m : RANKS) {
        TreeMap<String, double[]> loaded = joined(RankTraining.ranks(m, group -> {
          RankTraining other = new RankTraining(group, even(m), 77, of);
          SavedRanks whole = other.load();
          assertEquals(2, whole.step());
          assertEquals(n, whole.ranks());
          return other.all();
        }));
        assertSame(n + " to " + m, saved, loaded);
      }
    }
  }

  @Test
  void resume_onAsManyRanks_endsWithTheBitsOfTheUnbrokenRun() {
    for (int n : RANKS) {
      Path of = folder.resolve("of-" + n);
      TreeMap<String, double[]> unbroken = run(n, of, 3, 3);
      TreeMap<String, double[]> resumed = joined(RankTraining.ranks(n, group -> {
        RankTraining other = new RankTraining(group, even(n), 77, of);
        other.load();
        other.train(3);
        return other.all();
      }));
      assertSame(n + " ranks", unbroken, resumed);
    }
  }

  @Test
  void resume_onOtherRanks_endsWithTheBitsOfARunMovedThereInMemory() {
    for (int n : new int[] {1, 3}) {
      for (int m : new int[] {1, 2, 4}) {
        Path of = folder.resolve("of-" + n + "-on-" + m);
        TreeMap<String, double[]> saved = run(n, of, 2, 0);
        List<TreeMap<String, double[]>> moved = RankTraining.ranks(m, group -> {
          RankTraining other = new RankTraining(group, even(m), 77, of);
          SavedRanks whole = other.load(); // for the number of steps and the noise
          other.assign(spoiled(saved));
          other.assign(saved);
          assertEquals(2, whole.step());
          other.train(2);
          return other.all();
        });
        List<TreeMap<String, double[]>> resumed = RankTraining.ranks(m, group -> {
          RankTraining other = new RankTraining(group, even(m), 77, of);
          other.load();
          other.train(2);
          return other.all();
        });
        assertSame(n + " to " + m, joined(moved), joined(resumed));
      }
    }
  }

  /** The same names with other values. */
  private static TreeMap<String, double[]> spoiled(TreeMap<String, double[]> all) {
    TreeMap<String, double[]> other = new TreeMap<>();
    all.forEach((name, values) -> other.put(name, new double[values.length]));
    return other;
  }

  @Test
  void load_experts_onAnyPlacement() {
    Placement replicas = Placement.of(3, new int[][] {{0, 2}, {2}, {0, 1, 2}, {1}, {0}});
    TreeMap<String, double[]> saved = joined(RankTraining.ranks(3, group -> {
      RankTraining training = new RankTraining(group, replicas, 1, folder);
      training.save();
      return training.all();
    }));
    Placement other = Placement.of(2, new int[][] {{1}, {0}, {1}, {0, 1}, {1}});
    TreeMap<String, double[]> loaded = joined(RankTraining.ranks(2, group -> {
      RankTraining training = new RankTraining(group, other, 77, folder);
      training.load();
      return training.all();
    }));
    assertSame("placement", saved, loaded);
  }

  @Test
  void save_replicasAndReplicatedState_areWrittenOnce() throws IOException {
    Placement replicas = Placement.of(3, new int[][] {{0, 2}, {2}, {0, 1, 2}, {1}, {0}});
    RankTraining.ranks(3, group -> {
      new RankTraining(group, replicas, 1, folder).save();
      return 0;
    });
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().contains("rank-")).toList()) {
        names.addAll(Checkpoint.load(file).names());
      }
    }
    for (int e = 0; e < RankTraining.EXPERTS; e++) {
      String own = "expert." + e + ".";
      // 3 matrices, each with 2 moments
      assertEquals(
          9, names.stream().filter(name -> name.startsWith(own)).distinct().count());
      assertEquals(9, names.stream().filter(name -> name.startsWith(own)).count());
    }
    assertEquals(
        List.of("all.layer.router.weight"),
        names.stream().filter(name -> name.endsWith("router.weight")).toList());
  }

  @Test
  void save_stepsOfEachExpert_areKeptByItsNumber() {
    RankTraining.ranks(2, group -> {
      long[] steps = group.rank() == 0 ? new long[] {10, 11} : new long[] {12};
      checkpoints(group, 2).save(1, Checkpoint.builder().longs("optimizer.steps.experts", steps));
      return 0;
    });
    List<long[]> loaded = RankTraining.ranks(
        3, group -> checkpoints(group, 3).load().checkpoint().longs("optimizer.steps.experts"));
    assertArrayEquals(new long[] {10}, loaded.get(0));
    assertArrayEquals(new long[] {11}, loaded.get(1));
    assertArrayEquals(new long[] {12}, loaded.get(2));
  }

  private RankCheckpoints checkpoints(Group group, int ranks) {
    return RankCheckpoints.builder(group, folder)
        .experts("experts", Placement.even(3, ranks))
        .build();
  }

  @Test
  void restoreRandom_moreRanks_newOnesSplitTheOldOnesGenerators() {
    List<long[]> before = RankTraining.ranks(2, group -> {
      RankTraining training = new RankTraining(group, even(2), 1, folder);
      training.save();
      return training.noise().state();
    });
    List<long[]> after = RankTraining.ranks(5, group -> {
      RankTraining training = new RankTraining(group, even(5), 1, folder);
      training.load();
      return training.noise().state();
    });
    assertArrayEquals(before.get(0), after.get(0));
    assertArrayEquals(before.get(1), after.get(1));
    RestorableRandom first = RestorableRandom.of(before.get(0));
    assertArrayEquals(first.split().state(), after.get(2));
    assertArrayEquals(RestorableRandom.of(before.get(1)).split().state(), after.get(3));
    assertArrayEquals(RestorableRandom.of(before.get(0)).split().split().state(), after.get(4));
  }
}
