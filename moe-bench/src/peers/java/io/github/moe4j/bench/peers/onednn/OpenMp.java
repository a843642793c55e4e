package io.github.moe4j.bench.peers.onednn;

import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * The threads of oneDNN. It has none of its own and no setting of their number: it takes what OpenMP
 * gives to the calling thread. ND4J's natives, loaded first, bring the same OpenMP, and can set it.
 */
final class OpenMp {
  private OpenMp() {}

  /**
   * Gives the calling thread as many threads as there are processors. To be called before oneDNN is
   * loaded, which otherwise brings an OpenMP of its own.
   *
   * @return the number that OpenMP now has
   */
  static int useAllProcessors() {
    NativeOps natives = NativeOpsHolder.getInstance().getDeviceNativeOps();
    natives.setOmpNumThreads(Runtime.getRuntime().availableProcessors());
    return natives.ompGetMaxThreads();
  }
}
