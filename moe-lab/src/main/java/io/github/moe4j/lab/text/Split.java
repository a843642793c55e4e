package io.github.moe4j.lab.text;

/**
 * A corpus in two parts that have the same domains and no line in common.
 *
 * @param train text to train on
 * @param validation held-out text
 */
public record Split(TextData train, TextData validation) {

  /** Validates. */
  public Split {
    if (!train.domainNames().equals(validation.domainNames())) {
      throw new IllegalArgumentException("train and validation must have the same domains but have "
          + train.domainNames()
          + " and "
          + validation.domainNames());
    }
  }
}
