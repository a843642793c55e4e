package io.github.moe4j.core;

/**
 * Is told of each forward pass of a layer, on the thread that runs it and before the caller gets the
 * pass. Set by {@link MoeLayer.Builder#listener}.
 *
 * <p>The pass computes what is asked of it and nothing else. An exception that a listener throws
 * closes the pass and reaches the caller of {@link MoeLayer#forward}. A layer may run on several
 * threads at once, and then so does its listener.
 */
@FunctionalInterface
public interface PassListener {
  /**
   * A forward pass is done.
   *
   * @param pass open, without backward so far; to be read at once, neither closed nor kept
   */
  void passed(MoePass pass);

  /** This listener, then another; if one throws, those after it hear nothing of the pass. */
  default PassListener and(PassListener next) {
    return pass -> {
      passed(pass);
      next.passed(pass);
    };
  }
}
