package io.github.moe4j.bench.peers.djl;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import io.github.moe4j.bench.peers.PeerCase;
import io.github.moe4j.bench.peers.PeerLayer;
import io.github.moe4j.bench.peers.PeerSystem;

/** PyTorch through DJL, operation by operation. */
public final class DjlPyTorch implements PeerSystem {
  static final String ENGINE = "PyTorch";

  /** Called by ServiceLoader. */
  public DjlPyTorch() {}

  /** Properties that DJL reads once, when it starts; what the user has set stays. */
  private static void configure() {
    set("ai.djl.offline", "true");
    set("OPT_OUT_TRACKING", "true");
    set("ai.djl.pytorch.num_threads", "" + Runtime.getRuntime().availableProcessors());
  }

  private static void set(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Override
  public String name() {
    return "pytorch";
  }

  @Override
  public boolean gated() {
    return true;
  }

  @Override
  public boolean trains() {
    return true;
  }

  @Override
  public String settings() {
    configure();
    return "DJL %s, PyTorch %s, %d threads in an operator, %d between"
        .formatted(
            Engine.getDjlVersion(),
            Engine.getEngine(ENGINE).getVersion(),
            JniUtils.getNumThreads(),
            JniUtils.getNumInteropThreads());
  }

  @Override
  public PeerLayer prepare(PeerCase work, boolean training) {
    configure();
    return new DjlLayer(work, training);
  }
}
