package io.github.moe4j.lab.ranks;

import io.github.moe4j.balance.CountReducer;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertsProvider;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.parallel.ExpertParallel;
import io.github.moe4j.parallel.GroupCounts;
import io.github.moe4j.parallel.Placement;
import java.util.ArrayList;
import java.util.List;

/** A model whose experts are spread over the ranks of a group, as equal numbers as possible. */
public final class RankSpread implements Spread {
  private final Group group;
  private final List<Placement> placements = new ArrayList<>();

  /** For the next model of a rank. */
  public RankSpread(Group group) {
    this.group = group;
  }

  @Override
  public Experts experts(ExpertsProvider kind, ExpertOptions options, long seed) {
    Placement placement = Placement.even(options.experts(), group.size());
    int[] here = placement.expertsOn(group.rank());
    placements.add(placement);
    return here.length == 0
        ? ExpertParallel.withoutExperts(group, placement, options.modelWidth(), options.dataType())
        : ExpertParallel.of(group, placement, kind.create(options, seed, here));
  }

  @Override
  public CountReducer counts() {
    return new GroupCounts(group);
  }

  /** Placements of the experts of each layer so far; none of a dense model. */
  public List<Placement> placements() {
    return List.copyOf(placements);
  }
}
