package io.github.moe4j.core.internal.watch;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/** One stage of one pass. Walking the stack would cost more than all the rest. */
@Category({"moe4j", "Layer"})
@StackTrace(false)
abstract class StageEvent extends Event {
  @Label("Layer")
  String layer = "";

  @Label("Backward")
  boolean backward;

  @Label("Tokens")
  @Description("Real tokens, without padding")
  int tokens;

  @Label("Experts Hit")
  @Description("Experts with at least one assignment before dropping")
  int expertsHit;

  @Label("Dropped")
  @Description("Assignments that the capacity rule dropped")
  int dropped;

  @Label("Most Loaded over Mean")
  @Description("1 when balanced, number of experts at total collapse, 0 without assignments")
  double mostLoadedOverMean;

  @Label("Expert Hits")
  @Description("Uses of experts that were in memory, of experts with a budget of memory")
  int expertHits;

  @Label("Expert Misses")
  @Description("Uses of experts that had to be read first, of experts with a budget of memory")
  int expertMisses;
}
