package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.BlockSchedule;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import io.github.moe4j.core.internal.experts.HiddenSpans;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Networks of one hidden layer whose weights lie in panels.
 *
 * @param element the kernel
 * @param names of all projections, that to the output last
 * @param weights by projection and expert
 * @param function from the values of the projections to the hidden ones
 * @param hidden applies it
 */
record PanelNetwork(
    ElementKernel<float[]> element,
    List<String> names,
    List<List<PanelMatrix>> weights,
    HiddenFunction function,
    HiddenSpans<float[]> hidden)
    implements QuantizedNetwork {
  /** A packed copy of networks. */
  static PanelNetwork of(Kernels kernels, HiddenLayer layer, WeightPacker packer) {
    NamedArrays parameters = layer.parameters();
    List<String> names = QuantizedNetwork.names(parameters);
    List<List<PanelMatrix>> weights = new ArrayList<>();
    for (String name : names) {
      weights.add(pack(kernels, parameters, name, packer));
    }
    return of(ElementKernel.floats(kernels), names, weights, layer.hiddenFunction());
  }

  private static PanelNetwork of(
      ElementKernel<float[]> element,
      List<String> names,
      List<List<PanelMatrix>> weights,
      HiddenFunction function) {
    return new PanelNetwork(element, names, weights, function, HiddenSpans.floats(function));
  }

  private static List<PanelMatrix> pack(
      Kernels kernels, NamedArrays parameters, String name, WeightPacker packer) {
    INDArray weight = parameters.get(name + WEIGHT);
    Require.type(name + WEIGHT, weight, DataType.FLOAT);
    int out = Math.toIntExact(weight.size(1));
    int in = Math.toIntExact(weight.size(2));
    Rows rows = Rows.of(weight);
    Rows biases = parameters.names().contains(name + ".bias")
        ? Rows.of(parameters.get(name + ".bias"))
        : null;
    float[] values = new float[rows.width()];
    List<PanelMatrix> experts = new ArrayList<>();
    for (int e = 0; e < rows.rows(); e++) {
      rows.read(e, values);
      float[] bias = biases == null ? null : new float[out];
      if (biases != null) {
        biases.read(e, bias);
      }
      experts.add(packer.panels(name, kernels, values, bias, out, in));
    }
    return experts;
  }

  /** A packed copy of one expert that is stored. */
  static PanelNetwork of(
      Kernels kernels,
      HiddenFunction function,
      List<String> names,
      StoredExpert expert,
      WeightFormat format) {
    List<List<PanelMatrix>> weights = new ArrayList<>();
    for (String name : names) {
      StoredWeight weight = expert.weight(name);
      weights.add(List.of(
          format.panels(kernels, weight.toArray(), expert.bias(name), weight.out(), weight.in())));
    }
    return of(ElementKernel.floats(kernels), names, weights, function);
  }

  @Override
  public PanelNetwork then(QuantizedNetwork more) {
    PanelNetwork other = (PanelNetwork) more;
    List<List<PanelMatrix>> all = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      List<PanelMatrix> both = new ArrayList<>(weights.get(i));
      both.addAll(other.weights.get(i));
      all.add(both);
    }
    return of(element, names, all, function);
  }

  @Override
  public List<FrozenLinear> linears() {
    List<FrozenLinear> all = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      all.add(new FrozenPanels(names.get(i), weights.get(i)));
    }
    return all;
  }

  @Override
  public long bytes() {
    return weights.stream().flatMap(List::stream).mapToLong(PanelMatrix::bytes).sum();
  }

  /** Projections before the hidden layer. */
  int projections() {
    return names.size() - 1;
  }

  /** D. */
  int modelWidth() {
    return weights.get(0).get(0).in();
  }

  /** H. */
  int hiddenWidth() {
    return weights.get(0).get(0).out();
  }

  /** A projection of an expert. */
  PanelMatrix projection(int number, int expert) {
    return weights.get(number).get(expert);
  }

  /** The projection of an expert from the hidden layer to its outputs. */
  PanelMatrix down(int expert) {
    return weights.get(projections()).get(expert);
  }

  @Override
  public INDArray unpacked(int number) {
    int experts = weights.get(number).size();
    PanelMatrix first = weights.get(number).get(0);
    INDArray array =
        Allocate.uninitialized(DataType.FLOAT, (long) experts * first.out(), first.in());
    Rows target = Rows.of(array);
    FrozenPanels panels = new FrozenPanels(names.get(number), weights.get(number));
    for (int e = 0; e < experts; e++) {
      panels.copy(e, target, (long) e * first.out());
    }
    return array.reshape(experts, first.out(), first.in());
  }

  @Override
  public void run(ExpertRows x, ExpertRows y, int[] start, Arena.Scope scope, BlockTimes times) {
    BlockSchedule schedule = new BlockSchedule(start);
    PanelBlocks blocks = new PanelBlocks(this, x, y, times);
    schedule.run(() -> schedule.forEach(blocks::forward));
  }
}
