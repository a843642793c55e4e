package io.github.moe4j.core.lora;

/** A projection of a Mixture-of-Experts layer that can have an adapter. */
public enum LoraTarget {
  /** The gate projection of gated experts. */
  EXPERT_GATE("experts.gate"),
  /** The up projection of the experts. */
  EXPERT_UP("experts.up"),
  /** The down projection of the experts. */
  EXPERT_DOWN("experts.down"),
  /** The router's linear gate. */
  ROUTER("router"),
  /** The gate projection of a gated shared expert. */
  SHARED_GATE("shared.gate"),
  /** The up projection of the shared expert. */
  SHARED_UP("shared.up"),
  /** The down projection of the shared expert. */
  SHARED_DOWN("shared.down");

  private final String path;

  LoraTarget(String path) {
    this.path = path;
  }

  /** Part and name of the projection, such as {@code experts.up}. */
  public String path() {
    return path;
  }

  /** The target of a projection of routed experts, or of a shared expert. */
  static LoraTarget of(String part, String projection) {
    String path = part + "." + projection;
    for (LoraTarget target : values()) {
      if (target.path.equals(path)) {
        return target;
      }
    }
    throw new IllegalArgumentException("there is no adapter of a projection " + path);
  }
}
