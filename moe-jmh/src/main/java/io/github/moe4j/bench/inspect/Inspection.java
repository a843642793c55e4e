package io.github.moe4j.bench.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that {@code inspect} found in a folder; as JSON under these names.
 *
 * @param folder as it was given
 * @param layout of the names
 * @param modelType {@code model_type} of the config; null if it has none
 * @param quantization {@code quant_method} of the config; null if it has none
 * @param prefix that another tool put before all names; may be empty
 * @param blocks the sparse ones, in order
 * @param sparse the sparse blocks together
 * @param tensors all tensors of the files at hand, those of other parts of the model too
 * @param memory bytes to load all sparse blocks, by the way of loading them
 * @param layer the weights of one block; null if none was asked for
 * @param run what went through that block; null if nothing was to
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Inspection(
    String folder,
    String layout,
    @Nullable String modelType,
    @Nullable String quantization,
    String prefix,
    List<BlockFacts> blocks,
    SparseTotals sparse,
    TensorTotals tensors,
    Map<String, Long> memory,
    @Nullable LayerFacts layer,
    @Nullable RunFacts run) {}
