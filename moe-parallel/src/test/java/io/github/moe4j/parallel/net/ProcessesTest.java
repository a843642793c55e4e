package io.github.moe4j.parallel.net;

import static io.github.moe4j.parallel.net.RankProgram.E;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.parallel.Placement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Ranks in processes of their own. */
class ProcessesTest {
  @TempDir
  private Path folder;

  private ChildRanks ranks;

  @AfterEach
  void endProcesses() {
    ranks.close();
  }

  private void start(int size, String what) throws IOException {
    ranks = ChildRanks.start(RankProgram.class, folder, size, what);
  }

  private String line(int rank) throws IOException {
    return ranks.line(rank);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void layer_inProcesses_bitsOfOneProcess(int size) throws IOException {
    assumeTrue(Kernels.chosen().isPresent(), "BLAS makes the products");
    start(size, "compare");
    MoeLayer whole = RankProgram.layer(RankProgram.experts());
    Gradients gradients = whole.parameters().zeroGradients();
    INDArray dx = Allocate.zeros(DataType.FLOAT, RankProgram.T, RankProgram.D);
    try (MoePass pass = whole.forward(TokenBatch.training(RankProgram.rows(1)))) {
      pass.backward(RankProgram.rows(2), dx, gradients);
      Placement placement = Placement.even(E, size);
      String router = null;
      for (int r = 0; r < size; r++) {
        int from = RankProgram.start(r, size);
        int to = RankProgram.start(r + 1, size);
        int[] here = placement.expertsOn(r);
        String line = line(r);
        String[] hashes = line.substring(1, line.length() - 1).split(", ");
        assertEquals(
            RankProgram.hash(Gemm.rows(pass.y(), from, to)), Integer.parseInt(hashes[0]), "y");
        assertEquals(RankProgram.hash(Gemm.rows(dx, from, to)), Integer.parseInt(hashes[1]), "dx");
        assertEquals(
            expertHash(gradients.get("experts.up.weight"), here),
            Integer.parseInt(hashes[2]),
            "gradients");
        router = router == null ? hashes[3] : router;
        assertEquals(router, hashes[3], "gradient of the router");
      }
    }
  }

  private static int expertHash(INDArray gradient, int[] experts) {
    INDArray rows = gradient.reshape(E, gradient.length() / E);
    return RankProgram.hash(Gemm.rows(rows, experts[0], experts[experts.length - 1] + 1));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void collective_rankStopped_allOthersNameItAfterTimeout() throws Exception {
    start(3, "1");
    for (int r = 0; r < 3; r++) {
      assertEquals("ready", line(r));
    }

    new ProcessBuilder("kill", "-STOP", String.valueOf(ranks.pid(1))).start().waitFor();

    for (int r : new int[] {0, 2}) {
      String message = line(r);
      assertTrue(
          message.startsWith("rank 1 did not come to barrier (operation 1) of rank "), message);
      assertTrue(message.endsWith("within PT5S"), message);
    }
    List<String> command = Arrays.asList("kill", "-CONT", String.valueOf(ranks.pid(1)));
    new ProcessBuilder(command).start().waitFor();
  }
}
