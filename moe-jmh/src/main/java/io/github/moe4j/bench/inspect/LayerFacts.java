package io.github.moe4j.bench.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.models.layout.BlockOutline;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The weights of one block in numbers.
 *
 * @param block such as {@code decoder layer 3}
 * @param norms Frobenius norms over the experts, by projection
 * @param similarity of the experts; null if there is one
 * @param routerRows norms of the router's rows, one an expert
 * @param routerBias [E], added to logits; null if there is none
 * @param selectionBias [E], added where experts are chosen; null if there is none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LayerFacts(
    String block,
    Map<String, Spread> norms,
    @Nullable Similarity similarity,
    Spread routerRows,
    double @Nullable [] routerBias,
    double @Nullable [] selectionBias) {
  /**
   * Reads a block, some experts at a time.
   *
   * @param memory bytes for the experts that are compared
   */
  static LayerFacts of(MoeCheckpoint checkpoint, MoeBlock block, long memory) throws IOException {
    BlockOutline outline = checkpoint.outline(block);
    NamedArrays router = checkpoint.router(block, DataType.DOUBLE);
    ExpertGrams grams = ExpertGrams.of(
        outline.networks(), memory, expert -> checkpoint.expert(block, expert, DataType.FLOAT));
    Map<String, Spread> norms = new LinkedHashMap<>();
    grams.norms().forEach((name, all) -> norms.put(name, Spread.of(all)));
    return new LayerFacts(
        block.toString(),
        norms,
        outline.networks() > 1 ? Similarity.of(grams, outline.networks()) : null,
        Spread.of(rowNorms(router.get("router.weight"))),
        values(router, "router.bias"),
        values(router, "router.selection_bias"));
  }

  private static double[] rowNorms(INDArray matrix) {
    double[][] rows = matrix.toDoubleMatrix();
    double[] norms = new double[rows.length];
    for (int e = 0; e < rows.length; e++) {
      double sum = 0;
      for (double w : rows[e]) {
        sum += w * w;
      }
      norms[e] = Math.sqrt(sum);
    }
    return norms;
  }

  private static double @Nullable [] values(NamedArrays router, String name) {
    return router.names().contains(name) ? router.get(name).toDoubleVector() : null;
  }
}
