package io.github.moe4j.core;

/**
 * Called after each forward pass of a layer, on the thread that runs it, before the caller gets the
 * pass. Set by {@link MoeLayer.Builder#listener}.
 *
 * <p>Statistics of the pass are computed lazily. An exception thrown by a listener closes the pass and
 * propagates to the caller of {@link MoeLayer#forward}. A layer may run on several
 * threads at once, and then so does its listener.
 */
@FunctionalInterface
public interface PassListener {
  /**
   * Called after a forward pass.
   *
   * @param pass open, before its backward; may be read during the call, must be neither closed nor kept
   */
  void passed(MoePass pass);

  /** This listener, then another; if one throws, the later ones are not called. */
  default PassListener and(PassListener next) {
    return pass -> {
      passed(pass);
      next.passed(pass);
    };
  }
}
