package io.github.moe4j.balance;

/** Which tokens share one count and one mean probability before the two are multiplied. */
public enum LossScope {
  /** Those of one layer; the loss is the sum over layers. */
  LAYER_SUM,
  /** Those of one layer; the loss is the mean over layers. */
  LAYER_MEAN,
  /** Those of all layers together, as Hugging Face concatenates the layers' logits. */
  ALL_LAYERS,
  /**
   * Those of one sequence; the loss is the mean over sequences with a real token, summed over
   * layers: within a layer as in DeepSeek-V2, Switch Transformers in Hugging Face and mesh.
   */
  SEQUENCE
}
