package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Hierarchical MoE: groups of experts, each a Mixture-of-Experts layer with its own router, are the experts of
 * an outer layer, whose router chooses groups (Shazeer et al. 2017, arXiv 1701.06538, appendix B;
 * {@code HeirarchicalMoE} in lucidrains/mixture-of-experts).
 *
 * <p>{@code y = Σ_g outer_g(x)·Σ_e inner_ge(x)·expert_ge(x)}: the weights of both levels multiply.
 * Both routers learn; each inner pass is in {@link MoePass#moe} after the outer one, in order of
 * the groups, so that balance losses can be added at both levels. Deviation from the paper: there
 * the load of an expert is the product over both levels, here each level counts its own rows.
 *
 * <p>The inner router of a group sees the rows that the outer layer sent to it as one sequence
 * without padding, in the order of their tokens, and the mode of the pass with generator and step;
 * groups draw their noise one after another. Token ids are not passed on, so routers that need them
 * fit the outer level only. A group without rows runs on none.
 *
 * <p>Parameters: those of each inner layer as {@code 0.…}, {@code 1.…} and so on.
 */
public final class HierarchicalExperts implements Experts {
  private final CompositeExperts groups;

  private HierarchicalExperts(CompositeExperts groups) {
    this.groups = groups;
  }

  /**
   * Experts of which each is an inner layer.
   *
   * @param inner layers of one model width and type, at least one. Not modified.
   * @throws IllegalArgumentException if there are no layers, or their widths or types differ
   */
  public static HierarchicalExperts of(List<MoeLayer> inner) {
    return new HierarchicalExperts(
        CompositeExperts.of(inner.stream().map(LayerExpert::new).toArray(Experts[]::new)));
  }

  /** Number of groups, which are the experts of the outer layer. */
  @Override
  public int experts() {
    return groups.experts();
  }

  @Override
  public int modelWidth() {
    return groups.modelWidth();
  }

  /** That of the inner layers' experts: inner routers may compute in float64 beside them. */
  @Override
  public DataType dataType() {
    return groups.dataType();
  }

  @Override
  public NamedArrays parameters() {
    return groups.parameters();
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    return groups.run(xR, expertStart, mode, scope);
  }
}
