package io.github.moe4j.core.soft;

/**
 * The choices in which published forms of {@link SoftMoe} differ.
 *
 * @param normalisation of tokens and slots
 * @param paddedOutput what a padded token gets
 */
public record SoftMoeOptions(SlotNormalisation normalisation, PaddedOutput paddedOutput) {
  /** What {@link SoftMoe} puts into the rows of padded tokens. */
  public enum PaddedOutput {
    /** Zero, as everywhere in this library; no gradient comes from them. */
    ZERO,
    /**
     * The mean of all slot outputs, as in lucidrains/soft-moe-pytorch, where padding has equal
     * logits for all slots; its gradient goes to the experts. Still zero in a sequence that is
     * padding alone.
     */
    UNIFORM
  }

  /** Those of the paper and vmoe: {@link SlotNormalisation#L2_SCALED}, zero for padding. */
  public static SoftMoeOptions paper() {
    return new SoftMoeOptions(SlotNormalisation.L2_SCALED, PaddedOutput.ZERO);
  }

  /** Those of lucidrains/soft-moe-pytorch: {@link SlotNormalisation#RMS}, uniform for padding. */
  public static SoftMoeOptions lucidrains() {
    return new SoftMoeOptions(SlotNormalisation.RMS, PaddedOutput.UNIFORM);
  }

  /** The same with another normalisation. */
  public SoftMoeOptions withNormalisation(SlotNormalisation other) {
    return new SoftMoeOptions(other, paddedOutput);
  }

  /** The same with another output for padding. */
  public SoftMoeOptions withPaddedOutput(PaddedOutput other) {
    return new SoftMoeOptions(normalisation, other);
  }
}
