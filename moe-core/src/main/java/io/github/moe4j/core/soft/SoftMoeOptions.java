package io.github.moe4j.core.soft;

/**
 * The choices in which published forms of {@link SoftMoe} differ.
 *
 * @param normalization of tokens and slots
 * @param paddedOutput output of a padded token
 */
public record SoftMoeOptions(SlotNormalization normalization, PaddedOutput paddedOutput) {
  /** The output of {@link SoftMoe} for padded tokens. */
  public enum PaddedOutput {
    /** Zero, as everywhere in this library; no gradient comes from them. */
    ZERO,
    /**
     * The mean of all slot outputs, as in lucidrains/soft-moe-pytorch, where padding has equal
     * logits for all slots; its gradient goes to the experts. Zero in a sequence of only
     * padding.
     */
    UNIFORM
  }

  /** Those of the paper and vmoe: {@link SlotNormalization#L2_SCALED}, zero for padding. */
  public static SoftMoeOptions paper() {
    return new SoftMoeOptions(SlotNormalization.L2_SCALED, PaddedOutput.ZERO);
  }

  /** Those of lucidrains/soft-moe-pytorch: {@link SlotNormalization#RMS}, uniform for padding. */
  public static SoftMoeOptions lucidrains() {
    return new SoftMoeOptions(SlotNormalization.RMS, PaddedOutput.UNIFORM);
  }

  /** The same with another normalization. */
  public SoftMoeOptions withNormalization(SlotNormalization other) {
    return new SoftMoeOptions(other, paddedOutput);
  }

  /** The same with another output for padding. */
  public SoftMoeOptions withPaddedOutput(PaddedOutput other) {
    return new SoftMoeOptions(normalization, other);
  }
}
