package io.github.moe4j.dl4j;

import io.github.moe4j.core.LoadStatistics;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
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
    for (Layer layer : layers(model)) {
      if (layer instanceof MoeNetworkLayer moe) {
        moe.load().ifPresent(load -> {
          last.put(moe.name(), load);
          total.merge(moe.name(), load, LoadStatistics::plus);
          receiver.accept(moe.name(), iteration, load);
        });
      }
    }
  }

  private static Iterable<Layer> layers(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return Arrays.asList(network.getLayers());
    }
    return model instanceof ComputationGraph graph
        ? Arrays.asList(graph.getLayers())
        : Collections.emptyList();
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
