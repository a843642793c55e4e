package io.github.moe4j.bench.peers.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.github.moe4j.bench.peers.PeerCase;
import io.github.moe4j.bench.peers.PeerLayer;
import io.github.moe4j.bench.peers.PeerSystem;

/** ONNX Runtime's own operator for sparse layers, on the CPU. */
public final class OnnxRuntime implements PeerSystem {
  /** Called by ServiceLoader. */
  public OnnxRuntime() {}

  static int threads() {
    return Runtime.getRuntime().availableProcessors();
  }

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public boolean gated() {
    return false;
  }

  @Override
  public boolean trains() {
    return false;
  }

  @Override
  public String settings() {
    return "ONNX Runtime %s, operator com.microsoft.MoE, %d threads, %s"
        .formatted(OrtEnvironment.getEnvironment().getVersion(), threads(), OnnxLayer.OPTIONS);
  }

  @Override
  public PeerLayer prepare(PeerCase work, boolean training) {
    try {
      return new OnnxLayer(work);
    } catch (OrtException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
