package io.github.moe4j.core.checkpoint;

import java.util.Map;

/**
 * A component whose state a checkpoint can hold: it is added under a prefix and restored from it.
 *
 * <pre>{@code
 * Checkpoint.Builder all = Checkpoint.builder();
 * optimizer.addTo(all, "optimizer");
 * controller.addTo(all, "controller");
 * …
 * optimizer.restore(saved, "optimizer");
 * controller.restore(saved, "controller");
 * }</pre>
 *
 * <p>Options are not saved: build the object with its options, then restore its state.
 */
public interface Stateful {
  /**
   * Adds all state to a checkpoint, each entry as {@code prefix.name}. Does not change this object.
   *
   * @param checkpoint modified. Arrays may be kept, not copied, until it is saved or built.
   * @param prefix a path used by no other entry
   */
  void addTo(Checkpoint.Builder checkpoint, String prefix);

  /**
   * Restores a saved state, so that continuing is bit-identical to an uninterrupted
   * run.
   *
   * @param checkpoint not modified; nothing of it is kept
   * @param prefix what the state was saved under
   * @throws IllegalArgumentException if an entry is missing or does not fit; nothing is changed then
   */
  void restore(Checkpoint checkpoint, String prefix);

  /**
   * Combines several parts: each is saved below {@code prefix.key}, and if restoring one fails, the others
   * are rolled back. For that, restoring first copies the state of all parts.
   *
   * @param parts by key, each a path of its own. Copied.
   */
  static Stateful of(Map<String, ? extends Stateful> parts) {
    return new StatefulParts(parts);
  }
}
