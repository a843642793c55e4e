package io.github.moe4j.dl4j;

import io.github.moe4j.core.LoadStatistics;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;

/**
 * Reads the load of every MoE layer of a network after each iteration. A frozen layer has none: it
 * runs in evaluation.
 */
public final class MoeLoadListener extends BaseTrainingListener {
  private final Receiver receiver;
  private final Map<String, LoadStatistics> last = new LinkedHashMap<>();
  private final Map<String, LoadStatistics> total = new LinkedHashMap<>();

  /** Called for each layer after each iteration. */
  @FunctionalInterface
  public interface Receiver extends Serializable {
    /** The load of one layer in one iteration. */
    void accept(String layer, int iteration, LoadStatistics load);
  }

  /** Keeps only {@link #last} and {@link #total}. */
  public MoeLoadListener() {
    this((layer, iteration, load) -> {});
  }

  /** Also calls a receiver. */
  public MoeLoadListener(Receiver receiver) {
    this.receiver = receiver;
  }

  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    for (MoeNetworkLayer layer : MoeNetworkLayer.in(model)) {
      layer.load().ifPresent(load -> {
        last.put(layer.name(), load);
        total.merge(layer.name(), load, LoadStatistics::plus);
        receiver.accept(layer.name(), iteration, load);
      });
    }
  }

  /** The load of the last iteration by layer. */
  public Map<String, LoadStatistics> last() {
    return Collections.unmodifiableMap(last);
  }

  /** The load of all iterations by layer. */
  public Map<String, LoadStatistics> total() {
    return Collections.unmodifiableMap(total);
  }
}
