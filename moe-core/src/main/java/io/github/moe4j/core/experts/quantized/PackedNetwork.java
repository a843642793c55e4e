package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Networks packed for loops that the compiler vectorizes, and for BLAS: {@code down(function(projections of
 * x))}.
 *
 * @param names of all projections, that to the output last
 * @param linears by projection
 * @param function from the values of the projections to the hidden ones
 * @param idle workers that no pass uses
 */
record PackedNetwork(
    List<String> names,
    List<PackedLinear> linears,
    HiddenFunction function,
    Queue<PackedWorker> idle)
    implements QuantizedNetwork {
  /** A packed copy of networks. */
  static PackedNetwork of(HiddenLayer layer, WeightPacker packer) {
    NamedArrays parameters = layer.parameters();
    List<String> names = QuantizedNetwork.names(parameters);
    List<PackedLinear> linears =
        names.stream().map(name -> PackedLinear.of(name, parameters, packer)).toList();
    return new PackedNetwork(names, linears, layer.hiddenFunction(), new ConcurrentLinkedQueue<>());
  }

  @Override
  public PackedNetwork then(QuantizedNetwork more) {
    PackedNetwork other = (PackedNetwork) more;
    List<PackedLinear> all = new ArrayList<>();
    for (int i = 0; i < linears.size(); i++) {
      all.add(linears.get(i).then(other.linears.get(i)));
    }
    return new PackedNetwork(names, all, function, idle);
  }

  /** The projections before the hidden layer, of one shape. */
  List<PackedLinear> projections() {
    return linears.subList(0, linears.size() - 1);
  }

  /** The projection from the hidden layer to the output. */
  PackedLinear down() {
    return linears.get(linears.size() - 1);
  }

  @Override
  public long bytes() {
    return linears.stream().mapToLong(PackedLinear::bytes).sum();
  }

  @Override
  public INDArray unpacked(int number) {
    return linears.get(number).unpacked();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] start, Arena.Scope scope) {
    return new PackedPass(this, xR, start, scope).run();
  }
}
