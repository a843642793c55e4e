package io.github.moe4j.parallel.net;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertSelection;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.parallel.DataParallel;
import io.github.moe4j.parallel.ExpertParallel;
import io.github.moe4j.parallel.Placement;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.Near;
import io.github.moe4j.testkit.RandomArrays;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a rank does in a process of its own; it prints one line. */
final class RankProgram {
  static final byte[] SECRET = "a secret of some length".getBytes(StandardCharsets.UTF_8);
  static final int T = 96;
  static final int D = 32;
  static final int E = 6;

  private RankProgram() {}

  /** Folder, rank, size, and {@code compare} or the rank that {@code hangs}. */
  public static void main(String[] args) throws Exception {
    int rank = Integer.parseInt(args[1]);
    int size = Integer.parseInt(args[2]);
    Rendezvous rendezvous =
        new FolderRendezvous(Path.of(args[0]), rank, size, Duration.ofMinutes(2));
    SocketOptions options = SocketOptions.secret(SECRET)
        .withTimeout(Duration.ofSeconds(args[3].equals("compare") ? 120 : 5));
    try (Group group = SocketGroup.connect(rendezvous, options)) {
      if (args[3].equals("compare")) {
        System.out.println(Arrays.toString(result(group)));
      } else {
        fail(group, rank == Integer.parseInt(args[3]));
      }
    }
    System.exit(0);
  }

  private static void fail(Group group, boolean hangs) throws InterruptedException {
    group.barrier();
    System.out.println("ready");
    if (hangs) {
      Thread.sleep(Long.MAX_VALUE);
    }
    try {
      group.barrier();
      System.out.println("no error");
    } catch (GroupException e) {
      System.out.println(e.getMessage());
    }
  }

  static GluExperts experts() {
    return GluExperts.create(ExpertOptions.of(E, D, 48), 5);
  }

  static MoeLayer layer(Experts experts) {
    return MoeLayer.of(
        GatedRouter.of(LinearGate.create(E, D, DataType.FLOAT, 3), TopK.of(2)), experts);
  }

  static INDArray rows(int seed) {
    return RandomArrays.normal(DataType.FLOAT, new SplittableRandom(seed), T, D);
  }

  /** First token of a rank. */
  static int start(int rank, int size) {
    return T * rank / size;
  }

  private static int[] result(Group group) {
    Placement placement = Placement.even(E, group.size());
    MoeLayer layer = layer(ExpertParallel.of(
        group, placement, ExpertSelection.of(experts(), placement.expertsOn(group.rank()))));
    int from = start(group.rank(), group.size());
    int to = start(group.rank() + 1, group.size());
    Gradients gradients = layer.parameters().zeroGradients();
    INDArray dx = Allocate.zeros(DataType.FLOAT, to - from, D);
    try (MoePass pass =
        layer.forward(TokenBatch.training(Allocate.copy(Gemm.rows(rows(1), from, to))))) {
      pass.backward(Allocate.copy(Gemm.rows(rows(2), from, to)), dx, gradients);
      DataParallel.of(group, "experts").reduce(gradients);
      return new int[] {
        hash(pass.y()),
        hash(dx),
        hash(gradients.get("experts.up.weight")),
        hash(gradients.get("router.weight"))
      };
    }
  }

  static int hash(INDArray array) {
    return Arrays.hashCode(Near.values(array));
  }
}
