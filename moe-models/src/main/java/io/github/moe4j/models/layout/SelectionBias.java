package io.github.moe4j.models.layout;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.internal.Vectors;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.GatedRouter;
import java.io.IOException;
import java.util.List;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The bias that selects experts, [E] or [1,E]: no parameter, but state of the router that checkpoints keep in float32.
 *
 * @param place the tensor
 */
record SelectionBias(Place place) implements LayoutPart {
  /** Its name among a layer's arrays. */
  static final String NAME = "router.selection_bias";

  static SelectionBias of(String tensor, BlockSizes sizes) {
    return new SelectionBias(Place.of(tensor, sizes.experts()));
  }

  /** The bias that was read. */
  static ExpertBias in(LayerArrays arrays) {
    return ExpertBias.of(Vectors.read(arrays.get(NAME)));
  }

  /** Adds the bias of a layer that has one. */
  static void add(MoeLayer layer, LayerArrays arrays) {
    if (layer.router() instanceof GatedRouter router && router.rule() instanceof DeepSeekV3 rule) {
      arrays.put(NAME, Nd4j.createFromArray(rule.bias().values()));
    }
  }

  private long experts() {
    return place.axes()[place.shape().size() - 1];
  }

  @Override
  public List<Place> places() {
    return List.of(place);
  }

  @Override
  public List<Place> parameters() {
    return List.of(Place.of(NAME, experts()));
  }

  @Override
  public TensorType storedAs(TensorType type) {
    return type.bytes() < TensorType.FLOAT32.bytes() ? TensorType.FLOAT32 : type;
  }

  @Override
  public void read(In in, LayerArrays into) throws IOException {
    into.put(NAME, in.read(place).reshape(experts()));
  }

  @Override
  public void write(LayerArrays from, Out out) throws IOException {
    out.write(place, from.get(NAME));
  }
}
