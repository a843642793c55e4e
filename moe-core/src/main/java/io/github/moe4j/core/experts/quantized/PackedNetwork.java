package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.experts.BlockTimes;
import io.github.moe4j.core.internal.experts.ExpertRows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
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
 * @param packed by projection
 * @param function from the values of the projections to the hidden ones
 * @param idle workers that no pass of this or a longer network uses
 */
record PackedNetwork(
    List<String> names,
    List<PackedLinear> packed,
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

  /** A packed copy of one expert that is stored. */
  static PackedNetwork of(
      HiddenFunction function, List<String> names, StoredExpert expert, WeightFormat format) {
    List<PackedLinear> linears =
        names.stream().map(name -> PackedLinear.of(name, expert, format)).toList();
    return new PackedNetwork(names, linears, function, new ConcurrentLinkedQueue<>());
  }

  @Override
  public PackedNetwork then(QuantizedNetwork more) {
    PackedNetwork other = (PackedNetwork) more;
    List<PackedLinear> all = new ArrayList<>();
    for (int i = 0; i < packed.size(); i++) {
      all.add(packed.get(i).then(other.packed.get(i)));
    }
    return new PackedNetwork(names, all, function, idle);
  }

  /** The projections before the hidden layer, of one shape. */
  List<PackedLinear> projections() {
    return packed.subList(0, packed.size() - 1);
  }

  /** The projection from the hidden layer to the output. */
  PackedLinear down() {
    return packed.get(packed.size() - 1);
  }

  @Override
  public List<FrozenLinear> linears() {
    List<FrozenLinear> all = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      all.add(new FrozenPacked(names.get(i), packed.get(i)));
    }
    return all;
  }

  @Override
  public long bytes() {
    return packed.stream().mapToLong(PackedLinear::bytes).sum();
  }

  @Override
  public INDArray unpacked(int number) {
    return packed.get(number).unpacked();
  }

  @Override
  public void run(ExpertRows x, ExpertRows y, int[] start, Arena.Scope scope, BlockTimes times) {
    new PackedPass(this, x, y, start, scope, times).run();
  }
}
