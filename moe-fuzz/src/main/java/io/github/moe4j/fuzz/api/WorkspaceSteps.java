package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import java.util.Optional;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A pass whose tokens lie in a workspace of Deeplearning4j: right inside, refused after it was left. */
final class WorkspaceSteps {
  private static final WorkspaceConfiguration CONFIGURATION = WorkspaceConfiguration.builder()
      .initialSize(16_384)
      .policyAllocation(AllocationPolicy.STRICT)
      .policyLearning(LearningPolicy.NONE)
      .build();

  private final Sequence sequence;
  private final SplittableRandom random;

  WorkspaceSteps(Sequence sequence) {
    this.sequence = sequence;
    this.random = sequence.random();
  }

  void run() {
    if (!sequence.subject().experts().trains()) {
      return;
    }
    int width = sequence.subject().width();
    boolean inside = random.nextBoolean();
    INDArray dy = RandomInput.array(random, sequence.subject().type(), 3, width);
    INDArray dx = Nd4j.ones(sequence.subject().type(), 3, width);
    INDArray y = Nd4j.create(sequence.subject().type(), 3, width);
    Gradients into = sequence.layer().parameters().zeroGradients();
    Optional<MoePass> ran;
    TokenBatch batch;
    MemoryWorkspace space =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(CONFIGURATION, "FUZZ");
    try (space) {
      INDArray x = Nd4j.ones(sequence.subject().type(), 3, width);
      batch = TokenBatch.training(x, new SplittableRandom(1)).withTokenIds(0, 1, 2);
      ran = sequence
          .calls()
          .either(
              "forward in a workspace",
              sequence.snapshot(),
              () -> sequence.layer().forward(batch, y));
      if (inside) {
        ran.ifPresent(pass -> sequence
            .calls()
            .accepted("backward in a workspace", () -> pass.backward(dy, dx, into)));
      }
    }
    Snapshot before = sequence.snapshot().with("dx", dx).with("y", y).with("gradient", into);
    if (!inside) {
      ran.ifPresent(pass -> sequence
          .calls()
          .refused("backward after the workspace", before, () -> pass.backward(dy, dx, into)));
    }
    sequence
        .calls()
        .refused("forward after the workspace", before, () -> sequence.layer().forward(batch, y));
    ran.ifPresent(MoePass::close);
  }
}
