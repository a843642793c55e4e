package io.github.moe4j.bench.peers;

/** Two systems computed different numbers from the same weights and inputs. */
final class DisagreementException extends RuntimeException {
  private static final long serialVersionUID = 1;

  DisagreementException(String message) {
    super(message);
  }
}
