package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.PaddedToMultiple;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code pad_routing_map} and {@code sort_chunks_by_idxs} of Megatron-LM.
 *
 * <p>Sorting chunks is a dispatch of rows to experts: a row belongs to the place that its chunk gets.
 */
final class MegatronPaddingAndChunks implements ReferenceFamily {
  @Override
  public String name() {
    return "megatron_padding_and_chunks";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    CaseTensor map = reference.input("routing_map", -1, config.size("num_experts"));
    int tokens = map.size(0);
    Assignments marked = Scattered.assignments(map, new double[map.length()]);
    RouterDecision decision = RouterDecision.of(marked, TokenMask.none(tokens), tokens, null, null);
    Assignments padded = new PaddedToMultiple(new Dropless(), config.size("pad_multiple"))
        .apply(decision, PassMode.evaluation())
        .kept();
    comparison.output("padded_routing_map", Scattered.map(padded));
    comparison.output("sorted_rows", sorted(reference));
  }

  private static double[] sorted(ReferenceCase reference) {
    CaseTensor rows = reference.input("rows", -1, -1);
    int[] sizes = reference.input("split_sizes", -1).ints();
    int[] order = reference.input("chunk_order", sizes.length).ints();
    if (Arrays.stream(sizes).sum() != rows.rowCount()) {
      throw new DamagedCaseException("split_sizes must add up to " + rows.rowCount() + " rows");
    }
    int[] place = new int[sizes.length];
    for (int i = 0; i < order.length; i++) {
      place[order[i]] = i;
    }
    int[] placeOfRow = new int[rows.rowCount()];
    int from = 0;
    for (int chunk = 0; chunk < sizes.length; chunk++) {
      Arrays.fill(placeOfRow, from, from + sizes[chunk], place[chunk]);
      from += sizes[chunk];
    }
    DispatchPlan plan = DispatchPlan.of(Assignments.of(
        placeOfRow.length,
        sizes.length,
        IntStream.range(0, placeOfRow.length).toArray(),
        placeOfRow,
        new double[placeOfRow.length]));
    int width = rows.size(1);
    double[] values = rows.values();
    double[] result = new double[values.length];
    for (int r = 0; r < plan.rows(); r++) {
      System.arraycopy(values, plan.token(r) * width, result, r * width, width);
    }
    return result;
  }
}
