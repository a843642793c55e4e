package io.github.moe4j.bench.peers.onednn;

import io.github.moe4j.bench.peers.PeerCase;
import io.github.moe4j.bench.peers.PeerLayer;
import io.github.moe4j.bench.peers.PeerSystem;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;

/** oneDNN through JavaCPP: products with packed weights, the ceiling of the native libraries. */
public final class OneDnn implements PeerSystem {
  /** Called by ServiceLoader. */
  public OneDnn() {}

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public boolean gated() {
    return true;
  }

  @Override
  public boolean trains() {
    return false;
  }

  @Override
  public String settings() {
    int threads = OpenMp.useAllProcessors();
    dnnl_version_t version = dnnl.dnnl_version();
    return "oneDNN %d.%d.%d, matmul with packed weights, %d OpenMP threads"
        .formatted(version.major(), version.minor(), version.patch(), threads);
  }

  @Override
  public PeerLayer prepare(PeerCase work, boolean training) {
    OpenMp.useAllProcessors();
    return new OneDnnLayer(work);
  }
}
