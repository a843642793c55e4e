package io.github.moe4j.core.internal;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Tells whether an array of the caller's still has memory of its own. */
final class Usable {
  private Usable() {}

  /** What is wrong with an array, or null if nothing is. */
  static @Nullable String fault(INDArray array) {
    if (array.wasClosed()) {
      return "it, or the array of which it is a view, was closed";
    }
    if (array.isAttached() && !isInScope(array.data())) {
      return "its workspace was closed";
    }
    String owner = MemoryCheck.ownerBefore(array);
    return owner == null ? null : "its memory was returned by " + owner;
  }

  /**
   * ND4J's own answer is wrong twice: for a view it does not ask the buffer that it shows, and it takes
   * a workspace that was left and entered again for the same.
   */
  private static boolean isInScope(DataBuffer data) {
    DataBuffer shown = data.originalDataBuffer() == null ? data : data.originalDataBuffer();
    MemoryWorkspace workspace = shown.getParentWorkspace();
    if (workspace == null) {
      return true;
    }
    boolean emptiedWhenLeft =
        workspace.getWorkspaceConfiguration().getPolicyReset() == ResetPolicy.BLOCK_LEFT;
    return workspace.isScopeActive()
        && !(emptiedWhenLeft && workspace.getGenerationId() != shown.getGenerationId());
  }
}
