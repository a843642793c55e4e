package io.github.moe4j.parallel.net;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.parallel.ExpertParallel;
import io.github.moe4j.parallel.Placement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A rank that decodes its own sequences with experts on all ranks, and goes on when another is lost. */
final class ServingProgram {
  static final int STEPS = 12;
  static final int TOKENS = 3;

  private final Path folder;
  private final Placement placement;
  private int rank;
  private int size;
  private Group group;
  private ExpertParallel experts;
  private int generation;

  private ServingProgram(Path folder, int rank, int size) throws IOException {
    this.folder = folder;
    this.rank = rank;
    this.size = size;
    this.placement = placement(size);
    this.group = SocketGroup.connect(
        new FolderRendezvous(folder.resolve("generation-0"), rank, size, Duration.ofMinutes(2)),
        options());
    this.experts = ExpertParallel.of(
        group, placement, ExpertSelection.of(RankProgram.experts(), placement.expertsOn(rank)));
  }

  private static SocketOptions options() {
    return SocketOptions.secret(RankProgram.SECRET).withTimeout(Duration.ofSeconds(60));
  }

  static Placement placement(int ranks) {
    return Placement.even(RankProgram.E, ranks).withReplicas(2);
  }

  /** Folder, rank, size, and the rank that stands still in its middle step. */
  public static void main(String[] args) throws Exception {
    int rank = Integer.parseInt(args[1]);
    ServingProgram program = new ServingProgram(Path.of(args[0]), rank, Integer.parseInt(args[2]));
    program.serve(rank, rank == Integer.parseInt(args[3]));
    System.exit(0);
  }

  private void serve(int name, boolean standsStill) throws Exception {
    INDArray x = first(name);
    int step = 0;
    while (true) {
      INDArray y;
      try {
        boolean allDone = Arrays.stream(group.allGather(STEPS - step)).allMatch(n -> n[0] == 0);
        if (allDone) {
          group.close();
          return;
        }
        // A rank that is done still computes for the others.
        y = decode(
            RankProgram.layer(experts),
            step < STEPS ? x : Allocate.zeros(x.dataType(), 0, RankProgram.D));
      } catch (GroupException e) {
        System.out.println(e.getMessage());
        regroup();
        continue; // the same step again
      }
      if (step < STEPS) {
        System.out.println(step + " " + RankProgram.hash(y));
        x = next(x, y);
        step++;
      }
      if (standsStill && step == STEPS / 2) {
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }

  private void regroup() throws IOException {
    group.close();
    generation++;
    SurvivorRendezvous meeting = SurvivorRendezvous.meet(
        folder.resolve("generation-" + generation),
        rank,
        size,
        Duration.ofMillis(500),
        Duration.ofMinutes(1));
    group = SocketGroup.connect(meeting, options());
    experts = experts.without(group, meeting.lost());
    rank = group.rank();
    size = group.size();
  }

  /** What a rank begins with. */
  static INDArray first(int rank) {
    return Allocate.copy(Gemm.rows(RankProgram.rows(7), rank * TOKENS, (rank + 1) * TOKENS));
  }

  /** The tokens of the next step. */
  static INDArray next(INDArray x, INDArray y) {
    return x.mul(0.5).addi(y);
  }

  static INDArray decode(MoeLayer layer, INDArray x) {
    try (MoePass pass = layer.forward(TokenBatch.inference(x))) {
      return pass.y();
    }
  }

  /** The layer of one process. */
  static MoeLayer whole() {
    Experts all = RankProgram.experts();
    return RankProgram.layer(all);
  }
}
