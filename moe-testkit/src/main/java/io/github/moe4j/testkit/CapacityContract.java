package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.CapacityBatch.EXPERTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every {@link CapacityRule} must guarantee. The test of a rule extends this and creates it:
 *
 * <pre>{@code
 * class LimitedCapacityContractTest extends CapacityContract {
 *   protected CapacityRule rule() {
 *     return LimitedCapacity.of(CapacityFormula.fixed(3));
 *   }
 *
 *   protected OptionalInt limit(RouterDecision decision) {
 *     return OptionalInt.of(3);
 *   }
 * }
 * }</pre>
 *
 * <p>Decisions have four experts, 0 to 18 tokens, 1, 2 and 4 choices per token, padding, and all tokens on one
 * expert. A declared property, such as {@link #drops}, must be observed, otherwise the test fails.
 */
@ExtendWith(Seeds.class)
public abstract class CapacityContract {
  private final CapacityPassChecks passes = new CapacityPassChecks(this);
  private final CapacityBackwardChecks backward = new CapacityBackwardChecks(this);

  /** For subclasses. */
  protected CapacityContract() {}

  /** The rule under test, for decisions of four experts. */
  protected abstract CapacityRule rule();

  /** The most rows that an expert gets of a decision, where there is a limit for the batch. */
  protected OptionalInt limit(RouterDecision decision) {
    return OptionalInt.empty();
  }

  /** Whether it drops some of 16 tokens that all choose one of the four experts. */
  protected boolean drops() {
    return true;
  }

  /** Whether it adds filler rows to some batch. */
  protected boolean fills() {
    return false;
  }

  /** Whether assignments that are kept keep their expert. */
  protected boolean keepsExperts() {
    return true;
  }

  /** Whether assignments that are kept keep their weight. */
  protected boolean keepsWeights() {
    return true;
  }

  /** Rows of one pass in training, with noise from a seed. */
  final CapacityPass apply(CapacityRule rule, RouterDecision decision, long seed) {
    return rule.apply(decision, PassMode.training(Seeds.random(seed)));
  }

  @Test
  void apply_anyBatch_keptAndDroppedAreAll() {
    passes.eachBatch(passes::requireAllCounted);
  }

  @Test
  void apply_anyBatch_noRowForPadding() {
    passes.eachBatch(passes::requireNoPadding);
  }

  @Test
  void apply_anyBatch_eachExpertOnceForAToken() {
    passes.eachBatch(passes::requireDistinct);
  }

  @Test
  void apply_anyBatch_orderOfTheDecisionStays() {
    passes.eachBatch(passes::requireOrder);
  }

  @Test
  void apply_anyBatch_expertsAndWeightsChangeOnlyIfSaid() {
    boolean[] same = {true, true};
    passes.eachBatch((decision, result) -> {
      same[0] &= passes.hasExpertsOf(decision, result);
      same[1] &= passes.hasWeightsOf(decision, result);
    });
    assertEquals(keepsExperts(), same[0], "whether all that is kept keeps its expert");
    assertEquals(keepsWeights(), same[1], "whether all that is kept keeps its weight");
  }

  @Test
  void apply_anyBatch_fillersLastAndWithoutWeightOnlyIfSaid() {
    int[] fillers = {0};
    passes.eachBatch((decision, result) -> {
      passes.requireFillersWithoutWeight(result);
      fillers[0] += result.fillers();
    });
    assertEquals(fills(), fillers[0] > 0, "whether there are filler rows");
  }

  @Test
  void apply_anyBatch_loadWithinTheLimit() {
    assumeTrue(
        limit(CapacityBatch.collapse()).isPresent(),
        "no limit to compare with: limit of the contract is empty");
    passes.eachBatch((decision, result) -> {
      int limit = limit(decision).orElseThrow();
      int[] load = result.kept().countPerExpert();
      for (int e = 0; e < EXPERTS; e++) {
        assertTrue(load[e] <= limit, "expert " + e + " has " + load[e] + " rows, limit " + limit);
      }
    });
  }

  @Test
  void apply_collapsedBatch_dropsOnlyIfSaid() {
    CapacityPass result = apply(rule(), CapacityBatch.collapse(), 1);
    assertEquals(drops(), result.dropped() > 0, "whether it drops any of 16");
  }

  @Test
  void apply_sameSeed_sameBits() {
    passes.eachBatch((decision, result) ->
        passes.requireSame(result, apply(rule(), decision, CapacityPassChecks.SEED)));
  }

  @Test
  void apply_otherBatchesBetween_sameBits() {
    CapacityRule rule = rule();
    RouterDecision decision = new CapacityBatch(18, 2, 6, true, false).decision(1);
    CapacityPass first = apply(rule, decision, 3);
    apply(rule, CapacityBatch.collapse(), 4);
    passes.requireSame(first, apply(rule, decision, 3));
  }

  @Test
  void apply_evaluation_needsNoGeneratorAndRepeats() {
    CapacityRule rule = rule();
    for (CapacityBatch batch : CapacityBatch.all()) {
      RouterDecision decision = batch.decision(1);
      CapacityPass first = rule.apply(decision, PassMode.evaluation());
      passes.requireAllCounted(decision, first);
      passes.requireSame(first, rule.apply(decision, PassMode.evaluation()));
    }
  }

  @Test
  void backward_keptWeights_matchesDifferences() {
    backward.differences();
  }

  @Test
  void backward_repeated_sameBitsAndNothingModified() {
    backward.repeated();
  }

  @Test
  void backward_wrongLength_refused() {
    backward.wrongLength();
  }

  /** Number of rows that are not filler rows. */
  static int ownRows(CapacityPass result) {
    Assignments kept = result.kept();
    return kept.size() - result.fillers();
  }
}
