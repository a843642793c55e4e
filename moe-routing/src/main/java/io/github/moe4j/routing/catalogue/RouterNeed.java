package io.github.moe4j.routing.catalogue;

/** The inputs that a router needs in addition to a token's own activations. */
public enum RouterNeed {
  /** A generator of random numbers in training. */
  GENERATOR_IN_TRAINING("generator in training"),
  /** The step of training, for a schedule. */
  STEP("step"),
  /** The position of the token in its batch. */
  PLACE_IN_BATCH("place in the batch"),
  /** Token ids. */
  TOKEN_IDS("token ids"),
  /** In training the other tokens of the batch, also later ones. */
  OTHER_TOKENS_IN_TRAINING("other tokens in training, also later ones"),
  /** In training and evaluation the other tokens of the batch, also later ones. */
  OTHER_TOKENS("other tokens, also later ones");

  private final String text;

  RouterNeed(String text) {
    this.text = text;
  }

  /** Its text in tables. */
  @Override
  public String toString() {
    return text;
  }
}
