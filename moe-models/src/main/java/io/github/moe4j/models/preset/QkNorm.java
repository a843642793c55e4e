package io.github.moe4j.models.preset;

/** Normalization of queries and keys before attention, by RMS. */
public enum QkNorm {
  /** None. */
  NONE,
  /** One scale of head width for all query heads and one for all key heads (Qwen3). */
  PER_HEAD,
  /** Scales over all query heads together and over all key heads together (OLMoE). */
  ALL_HEADS
}
