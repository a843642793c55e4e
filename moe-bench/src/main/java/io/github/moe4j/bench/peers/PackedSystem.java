package io.github.moe4j.bench.peers;

/**
 * This library with experts that only evaluate and keep their weights in the order of the products, as ONNX
 * Runtime does when it loads a model.
 */
final class PackedSystem implements PeerSystem {
  private final boolean gated;

  PackedSystem(boolean gated) {
    this.gated = gated;
  }

  @Override
  public String name() {
    return gated ? "moe4j, packed" : "moe4j ffn, packed";
  }

  @Override
  public boolean gated() {
    return gated;
  }

  @Override
  public boolean trains() {
    return false;
  }

  @Override
  public String settings() {
    return "QuantizedExperts with FLOAT32, forward only";
  }

  @Override
  public PeerLayer prepare(PeerCase work, boolean training) {
    return OwnLayer.packed(work);
  }
}
