package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.experts.ExpertWeight;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import io.github.moe4j.core.internal.experts.NetworkWeights;
import java.util.List;

/**
 * Networks of one hidden layer whose parameters stay where they are stored. Immutable.
 *
 * @param names of all projections, that to the output last
 * @param function from the values of the projections to the hidden ones
 * @param experts where each is stored
 */
record StoredNetwork(List<String> names, HiddenFunction function, List<StoredExpert> experts)
    implements NetworkWeights<float[]> {
  /** Networks like others, whose weights are of no interest; all must have the shapes of the first. */
  static StoredNetwork of(HiddenLayer like, List<StoredExpert> experts) {
    Require.that(!experts.isEmpty(), "experts must be at least 1 but were none");
    List<String> names = QuantizedNetwork.names(like.parameters());
    StoredNetwork network = new StoredNetwork(names, like.hiddenFunction(), List.copyOf(experts));
    for (int e = 0; e < experts.size(); e++) {
      network.requireShapes(e, like);
    }
    return network;
  }

  private void requireShapes(int expert, HiddenLayer like) {
    StoredExpert given = experts.get(expert);
    for (String name : names) {
      boolean isDown = name.equals(names.get(projections()));
      StoredWeight weight = given.weight(name);
      int out = isDown ? modelWidth() : hiddenWidth();
      int in = isDown ? hiddenWidth() : modelWidth();
      Require.that(
          weight.out() == out && weight.in() == in,
          "%s of expert %d must be [%d,%d] but is [%d,%d]",
          name,
          expert,
          out,
          in,
          weight.out(),
          weight.in());
      boolean hasBias = like.parameters().names().contains(name + ".bias");
      Require.that(
          hasBias == given.biases().containsKey(name),
          "%s of expert %d must have %s but has %s",
          name,
          expert,
          hasBias ? "a bias" : "no bias",
          hasBias ? "none" : "one");
    }
  }

  @Override
  public int projections() {
    return names.size() - 1;
  }

  @Override
  public int modelWidth() {
    return experts.get(0).weight(names.get(projections())).out();
  }

  @Override
  public int hiddenWidth() {
    return experts.get(0).weight(names.get(projections())).in();
  }

  @Override
  public ExpertWeight<float[]> projection(int number, int expert) {
    StoredExpert stored = experts.get(expert);
    StoredWeight weight = stored.weight(names.get(number));
    float[] bias = stored.bias(names.get(number));
    return new ExpertWeight<>(
        StoredWindow.of(weight),
        bias == null ? null : new BiasWindow(bias),
        weight.out(),
        weight.in());
  }

  @Override
  public ExpertWeight<float[]> down(int expert) {
    return projection(projections(), expert);
  }
}
