package io.github.moe4j.models.layout;

import java.io.IOException;
import java.util.List;

/**
 * The bias that selects experts, [E]: no parameter, but state of the router that checkpoints keep in float32.
 *
 * @param place the tensor
 */
record SelectionBias(Place place) implements LayoutPart {
  /** Its name among a layer's arrays. */
  static final String NAME = "router.selection_bias";

  static SelectionBias of(String tensor, BlockSizes sizes) {
    return new SelectionBias(Place.of(tensor, sizes.experts()));
  }

  @Override
  public List<Place> places() {
    return List.of(place);
  }

  @Override
  public List<Place> parameters() {
    return List.of(new Place(NAME, place.shape()));
  }

  @Override
  public boolean isKeptInFloat32() {
    return true;
  }

  @Override
  public void read(In in, LayerArrays into) throws IOException {
    into.put(NAME, in.read(place));
  }

  @Override
  public void write(LayerArrays from, Out out) throws IOException {
    out.write(place, from.get(NAME));
  }
}
