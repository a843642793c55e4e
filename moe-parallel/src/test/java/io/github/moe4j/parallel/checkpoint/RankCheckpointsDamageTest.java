package io.github.moe4j.parallel.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.CheckpointException;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.parallel.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** A checkpoint that is not whole is refused on all ranks by one error; a crash leaves the older one. */
class RankCheckpointsDamageTest {
  private static final int RANKS = 2;
  private static final Placement PLACEMENT = Placement.even(RankTraining.EXPERTS, RANKS);

  @TempDir
  Path folder;

  private Path save(String name, int steps) {
    Path to = folder.resolve(name);
    RankTraining.ranks(RANKS, group -> {
      RankTraining training = new RankTraining(group, PLACEMENT, 1, to);
      training.train(steps);
      training.save();
      return 0;
    });
    return to;
  }

  /** The message of the error with which loading is refused, the same on all ranks. */
  private static String refusal(Path from) {
    List<String> messages = RankTraining.ranks(RANKS, group -> {
      RankTraining training = new RankTraining(group, PLACEMENT, 2, from);
      return String.valueOf(
          assertThrows(CheckpointException.class, training::load).getMessage());
    });
    assertEquals(messages.get(0), messages.get(1));
    return messages.get(0);
  }

  private static long step(Path from) {
    return RankTraining.ranks(
            RANKS, group -> new RankTraining(group, PLACEMENT, 2, from).load().step())
        .get(1);
  }

  private static Path part(Path of, int rank) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      return files
          .filter(f -> f.toString().endsWith("rank-" + rank))
          .findFirst()
          .orElseThrow();
    }
  }

  private static List<String> files(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return to;
  }

  @Test
  void load_missing_isRefused() throws IOException {
    assertTrue(refusal(folder.resolve("none")).endsWith("there is no checkpoint in it"));
    Path saved = save("saved", 1);
    Path part = part(saved, 1);
    Files.delete(part);
    assertTrue(refusal(saved).contains(part + " is missing"), refusal(saved));
  }

  @Test
  void load_anyPieceDamaged_isRefusedAndNamed() throws IOException {
    Path saved = save("saved", 1);
    for (Path file : List.of(part(saved, 0), part(saved, 1), saved.resolve(Manifest.NAME))) {
      byte[] whole = Files.readAllBytes(file);
      for (int at = 0; at < whole.length; at += Math.max(1, whole.length / 23)) {
        byte[] damaged = whole.clone();
        damaged[at] ^= 4;
        Files.write(file, damaged);
        assertTrue(refusal(saved).contains(file.toString()), refusal(saved));
      }
      Files.write(file, Arrays.copyOf(whole, whole.length - 3));
      assertTrue(refusal(saved).contains(file.toString()), refusal(saved));
      Files.write(file, whole);
    }
    assertEquals(1, step(saved));
  }

  @Test
  void load_partOfAnotherStepOrRank_isRefused() throws IOException {
    Path saved = save("saved", 1);
    Path other = save("other", 2);
    Path part = part(saved, 1);
    byte[] whole = Files.readAllBytes(part);
    Files.copy(part(other, 1), part, StandardCopyOption.REPLACE_EXISTING);
    assertTrue(
        refusal(saved)
            .endsWith(
                part + " is the part of another save: it is of step 2, and the manifest of step 1"),
        refusal(saved));
    Files.copy(part(saved, 0), part, StandardCopyOption.REPLACE_EXISTING);
    assertTrue(refusal(saved).endsWith(part + " is not the part of rank 1"), refusal(saved));
    Files.write(part, whole);
    assertEquals(1, step(saved));
  }

  @Test
  void load_ofAnotherModel_isRefused() {
    Path saved = save("saved", 1);
    RankTraining.ranks(RANKS, group -> {
      RankCheckpoints otherName = RankCheckpoints.builder(group, saved)
          .experts("experts", PLACEMENT)
          .model("it")
          .build();
      RankCheckpoints otherExperts = RankCheckpoints.builder(group, saved)
          .experts("experts", Placement.even(6, RANKS))
          .model("a small layer")
          .build();
      String name = assertThrows(CheckpointException.class, otherName::load).getMessage();
      String experts =
          assertThrows(CheckpointException.class, otherExperts::load).getMessage();
      assertTrue(name.endsWith("must be a checkpoint of it but is of a small layer"), name);
      assertTrue(
          experts.endsWith("must have the experts {experts=6} but has {experts=5}"), experts);
      return 0;
    });
  }

  @Test
  void load_oneRankOfAnotherFolder_errorOnAll() {
    Path saved = save("saved", 1);
    Path other = save("other", 2);
    List<String> messages = RankTraining.ranks(RANKS, group -> {
      Path own = group.rank() == 0 ? saved : other;
      RankTraining training = new RankTraining(group, PLACEMENT, 2, own);
      return assertThrows(IOException.class, training::load).getMessage();
    });
    messages.forEach(message ->
        assertTrue(message.contains("ranks 0 and 1 loaded those of steps 1 and 2"), message));
  }

  @Test
  void save_crashAtAnyMoment_olderOrNewerIsWhole() throws IOException {
    Path older = save("older", 1);
    List<String> before = files(older);
    Path newer = copy(older, folder.resolve("newer"));
    RankTraining.ranks(RANKS, group -> {
      RankTraining training = new RankTraining(group, PLACEMENT, 1, newer);
      training.load();
      training.train(1);
      training.save();
      return 0;
    });
    assertEquals(before.size(), files(newer).size(), "parts of the older one are deleted");
    byte[] first = Files.readAllBytes(part(newer, 0));

    Path crashed = copy(older, folder.resolve("crashed"));
    String name = part(newer, 0).getFileName().toString();
    Path temporary = crashed.resolve("." + name + ".01234567-89ab-cdef-0123-456789abcdef.part");
    Files.write(temporary, Arrays.copyOf(first, first.length / 2));
    assertEquals(1, step(crashed), "while the first part is written");
    Files.write(crashed.resolve(name), first);
    assertEquals(1, step(crashed), "after the first part");
    Files.copy(part(newer, 1), crashed.resolve(part(newer, 1).getFileName()));
    assertEquals(1, step(crashed), "after all parts");
    Files.copy(
        newer.resolve(Manifest.NAME),
        crashed.resolve(Manifest.NAME),
        StandardCopyOption.REPLACE_EXISTING);
    assertEquals(2, step(crashed), "after the manifest");

    RankTraining.ranks(RANKS, group -> {
      RankTraining training = new RankTraining(group, PLACEMENT, 1, crashed);
      training.load();
      training.train(1);
      training.save();
      return 0;
    });
    assertEquals(3, step(crashed));
    assertEquals(before.size(), files(crashed).size(), "the next save cleans up");
  }

  @Test
  void save_oneRankCannot_errorOnAllAndOlderStays() throws IOException {
    Path saved = save("saved", 1);
    List<String> before = files(saved);
    List<String> messages = RankTraining.ranks(RANKS, group -> {
      RankTraining training = new RankTraining(group, PLACEMENT, 1, saved);
      Checkpoint.Builder state = training.state();
      if (group.rank() == 1) {
        var closed = Nd4j.createFromArray(1f);
        state.tensor("noise.more", closed);
        closed.close();
      }
      return assertThrows(IOException.class, () -> training.checkpoints().save(2, state))
          .getMessage();
    });
    messages.forEach(message -> assertTrue(message.startsWith("rank 1: "), message));
    messages.forEach(message -> assertTrue(message.contains("noise.more"), message));
    assertEquals(before, files(saved));
    assertEquals(1, step(saved));
  }

  @Test
  void save_replicatedStateOrStepsDiffer_errorOnAll() {
    RankTraining.ranks(RANKS, group -> {
      RankCheckpoints checkpoints =
          RankCheckpoints.builder(group, folder).experts("experts", PLACEMENT).build();
      assertMessage(
          "replicated state must be the same on all ranks but that of rank 1 differs from that of rank 0",
          () -> checkpoints.save(1, Checkpoint.builder().longs("a", group.rank())));
      assertMessage(
          "all ranks must save the same step but ranks 0 and 1 save 5 and 6",
          () -> checkpoints.save(5 + group.rank(), Checkpoint.builder().longs("a", 1)));
      assertMessage(
          "rank 0: step must be at least 0 but was -1",
          () -> checkpoints.save(-1, Checkpoint.builder().longs("a", 1)));
      return 0;
    });
    assertTrue(!RankCheckpoints.isIn(folder));
  }

  private static void assertMessage(String expected, Agreement.Work work) {
    assertEquals(expected, assertThrows(IOException.class, work::run).getMessage());
  }

  @Test
  void save_stateOfAnUpdaterOfNd4j_isRefused() {
    Group single = Group.single();
    RankTraining training =
        new RankTraining(single, Placement.even(RankTraining.EXPERTS, 1), 1, folder);
    Checkpoint.Builder state = Checkpoint.builder();
    io.github.moe4j.core.training.Optimizer.of(training.parameters(), new Adam(0.1))
        .addTo(state, "optimizer");
    assertMessage(
        "optimizer.state.experts.gate.weight must have the 5 experts of this rank on its first axis but has length 1",
        () -> training.checkpoints().save(1, state));
  }
}
