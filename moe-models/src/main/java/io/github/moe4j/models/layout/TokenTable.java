package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.internal.Vectors;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.routing.ExpertTable;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.HashRule;
import java.io.IOException;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The experts of each token id, [V,K] whole numbers: no parameter, but state of the router.
 *
 * @param place the tensor
 */
record TokenTable(Place place) implements LayoutPart {
  /** Its name among a layer's arrays. */
  static final String NAME = "router.table";

  static TokenTable of(String tensor, int vocabulary, int choices) {
    return new TokenTable(Place.of(tensor, vocabulary, choices));
  }

  /** Whether one was read. */
  static boolean isIn(LayerArrays arrays) {
    return arrays.names().contains(NAME);
  }

  /**
   * The table that was read.
   *
   * @throws LayoutException if an id has an expert twice or one out of range
   */
  static ExpertTable in(LayerArrays arrays, int experts) {
    INDArray array = arrays.get(NAME);
    double[] values = Vectors.read(array.reshape(array.length()));
    int choices = (int) array.size(1);
    int[][] rows = new int[(int) array.size(0)][choices];
    for (int id = 0; id < rows.length; id++) {
      for (int i = 0; i < choices; i++) {
        double expert = values[id * choices + i];
        if (expert != (int) expert) {
          throw new LayoutException(
              "the table of token ids must have whole numbers but has %s for id %d", expert, id);
        }
        rows[id][i] = (int) expert;
      }
    }
    try {
      return ExpertTable.of(experts, rows);
    } catch (IllegalArgumentException e) {
      throw new LayoutException("the table of token ids: %s", e.getMessage());
    }
  }

  /** Adds the table of a layer that has one. */
  static void add(MoeLayer layer, LayerArrays arrays) {
    if (layer.router() instanceof GatedRouter router && router.rule() instanceof HashRule rule) {
      ExpertTable table = rule.table();
      double[][] rows = new double[table.vocabulary()][table.choices()];
      for (int id = 0; id < rows.length; id++) {
        for (int i = 0; i < rows[id].length; i++) {
          rows[id][i] = table.expert(id, i);
        }
      }
      arrays.put(NAME, Nd4j.createFromArray(rows));
    }
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
  public TensorType storedAs(TensorType type) {
    return TensorType.INT64;
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
