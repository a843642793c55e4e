package io.github.moe4j.models.preset;

import io.github.moe4j.core.internal.Require;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Floating-point operations of a forward pass for one token, two per multiply-add.
 *
 * <p>Counted: every matrix that the token is multiplied by, that of the output over the whole
 * vocabulary, and, for a context above 0, the products of queries with keys and of scores with
 * values. Not counted: biases, norms, activations, softmax, looking up embeddings, multi-token prediction
 * modules. Of a model with an encoder and a decoder, one token of each.
 *
 * @param parts each part, in order
 */
public record Operations(Map<ParameterGroup, Long> parts) {
  /** Keeps a copy. */
  public Operations {
    parts = Collections.unmodifiableMap(new EnumMap<>(parts));
  }

  /**
   * Counts the operations.
   *
   * @param context number of attended tokens; 0 excludes attention scores
   * @throws IllegalArgumentException if the context is negative
   */
  public static Operations of(Architecture model, int context) {
    Require.that(context >= 0, "context must be at least 0 but was %d", context);
    ParameterCounts active = Accounting.active(model);
    Map<ParameterGroup, Long> parts = new EnumMap<>(ParameterGroup.class);
    for (ParameterGroup part : ParameterGroup.values()) {
      parts.put(part, 2 * active.size(part).matrices());
    }
    // The embedding that is looked up costs nothing; as a tied output matrix it does.
    parts.put(ParameterGroup.OUTPUT, 2L * model.vocabulary() * model.modelWidth());
    parts.merge(ParameterGroup.ATTENTION, 2 * scores(model, context), Long::sum);
    return new Operations(parts);
  }

  private static long scores(Architecture model, int context) {
    long products = 0;
    for (Stack stack : model.stacks()) {
      int times = stack.attentions() / stack.layers();
      for (int layer = 0; layer < stack.layers(); layer++) {
        products += times * model.attention().scoreProducts(context, layer);
      }
    }
    return products;
  }

  /** Operations of a part. */
  public long count(ParameterGroup part) {
    return parts.getOrDefault(part, 0L);
  }

  /** Operations of all parts. */
  public long total() {
    return parts.values().stream().mapToLong(Long::longValue).sum();
  }
}
