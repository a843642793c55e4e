package io.github.moe4j.routing;

/**
 * The threshold that an expert's score must exceed to be chosen, in the {@linkplain
 * io.github.moe4j.core.SelectionProbabilities selection probabilities} of {@link NoisyTopK}: {@code
 * Φ((clean_i − threshold_i)/σ_i)}.
 */
public enum LoadThreshold {
  /**
   * The k-th largest noisy score among the other experts: the (k+1)-th of all if expert i lies above
   * that one, else the k-th (Shazeer et al. 2017, arXiv 1701.06538, equations 8 and 9; {@code
   * _prob_in_top_k} in tensor2tensor). The correct one, and the default.
   */
  NOISY_LOGITS,
  /**
   * The k-th largest noisy score of all, for chosen experts too ({@code _load_auxiliary_loss} in
   * google-research/vmoe). A chosen expert competes with itself, so its probability is underestimated.
   */
  KTH_NOISY_LOGIT,
  /**
   * A known defect, kept to reproduce it: like {@link #NOISY_LOGITS}, but the thresholds are taken from the softmax
   * of the noisy scores and compared with raw scores, which have different scales (davidmrau/mixture-of-experts since
   * its softmax moved before the top-k; its issue 31). Not for new models.
   */
  PROBABILITIES
}
