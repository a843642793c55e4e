package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.experts.HiddenFunction;
import java.util.List;

/**
 * What expert networks of one hidden layer consist of: {@code down(function(projections of x))}.
 *
 * @param names of the projections before the hidden layer
 * @param projections before the hidden layer, of one shape
 * @param function from their values to the hidden ones
 * @param dropout of the hidden values
 * @param down from the hidden layer to the output
 */
record ExpertNetwork(
    List<String> names,
    List<GroupedLinear> projections,
    HiddenFunction function,
    HiddenDropout dropout,
    GroupedLinear down) {}
