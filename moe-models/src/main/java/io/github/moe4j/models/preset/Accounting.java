package io.github.moe4j.models.preset;

import java.util.EnumMap;
import java.util.Map;

/** Computes the parameter counts of an architecture from its configuration. */
public final class Accounting {
  private final Architecture model;
  private final Map<ParameterGroup, Size> parts = new EnumMap<>(ParameterGroup.class);

  private Accounting(Architecture model) {
    this.model = model;
  }

  /** All parameters except those of multi-token prediction modules. */
  public static ParameterCounts total(Architecture model) {
    return counted(model, model.sparse().experts());
  }

  /** Those active for one token: {@code k} of the routed experts of each layer, and everything else. */
  public static ParameterCounts active(Architecture model) {
    return counted(model, model.sparse().k());
  }

  /** All parameters, with so many routed experts per layer in place of E; the router keeps E rows. */
  static ParameterCounts counted(Architecture model, int routedExperts) {
    Accounting count = new Accounting(model);
    count.embeddings();
    for (Stack stack : model.stacks()) {
      count.stack(stack, routedExperts);
    }
    return new ParameterCounts(count.parts);
  }

  /**
   * Parameters of the multi-token prediction modules only: each has a projection of two rows
   * to one, a layer with experts, and three additional norms. Embedding and output matrix are
   * shared with the model.
   */
  public static ParameterCounts predictors(Architecture model) {
    Accounting count = new Accounting(model);
    int d = model.modelWidth();
    for (int i = 0; i < model.predictors(); i++) {
      count.add(ParameterGroup.OTHER, Size.ofMatrices(2L * d * d));
      count.add(ParameterGroup.NORMS, model.norm().size(d).times(2));
      count.stack(Stack.decoder(1, 0), model.sparse().experts());
    }
    return new ParameterCounts(count.parts);
  }

  private void embeddings() {
    long table = (long) model.vocabulary() * model.modelWidth();
    add(ParameterGroup.EMBEDDING, Size.ofVectors(table));
    if (!model.tied()) {
      add(ParameterGroup.OUTPUT, Size.ofMatrices(table));
    }
  }

  private void stack(Stack stack, int routedExperts) {
    int d = model.modelWidth();
    add(ParameterGroup.ATTENTION, model.attention().projections(d).times(stack.attentions()));
    add(ParameterGroup.NORMS, model.attention().norms().times(stack.attentions()));
    add(ParameterGroup.NORMS, model.norm().size(d).times(stack.attentions() + stack.layers() + 1L));
    add(ParameterGroup.OTHER, positions());
    FeedForwardShape dense = model.dense();
    if (dense != null) {
      add(ParameterGroup.DENSE_FFN, dense.size(d).times(stack.denseLayers()));
    }
    Sparse sparse = model.sparse();
    int layers = stack.sparseLayers();
    add(ParameterGroup.ROUTER, sparse.router(d).times(layers));
    add(
        ParameterGroup.ROUTED_EXPERTS,
        sparse.expert().size(d).times((long) layers * routedExperts));
    add(ParameterGroup.SHARED_EXPERTS, sparse.shared(d).times(layers));
  }

  private Size positions() {
    return model.attention() instanceof GroupedAttention attention
        ? Size.ofVectors((long) model.positionBuckets() * attention.heads())
        : Size.ZERO;
  }

  private void add(ParameterGroup part, Size size) {
    parts.merge(part, size, Size::plus);
  }
}
