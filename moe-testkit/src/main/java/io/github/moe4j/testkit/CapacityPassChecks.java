package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.CapacityContract.ownRows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.RouterDecision;
import java.util.function.BiConsumer;

/** What a capacity rule keeps, drops and adds. */
record CapacityPassChecks(CapacityContract contract) {
  static final long SEED = 5;

  void eachBatch(BiConsumer<RouterDecision, CapacityPass> check) {
    for (CapacityBatch batch : CapacityBatch.all()) {
      RouterDecision decision = batch.decision(1);
      check.accept(decision, contract.apply(contract.rule(), decision, SEED));
    }
  }

  void requireAllCounted(RouterDecision decision, CapacityPass result) {
    assertEquals(decision.tokens(), result.kept().tokens(), "tokens");
    assertEquals(decision.experts(), result.kept().experts(), "experts");
    assertEquals(
        decision.assignments().size(),
        ownRows(result) + result.dropped(),
        "kept and dropped assignments");
  }

  void requireNoPadding(RouterDecision decision, CapacityPass result) {
    Assignments kept = result.kept();
    for (int r = 0; r < kept.size(); r++) {
      assertTrue(
          decision.mask().valid(kept.token(r)), "padded token " + kept.token(r) + " got a row");
    }
  }

  void requireDistinct(RouterDecision decision, CapacityPass result) {
    int[] count = new int[decision.tokens() * decision.experts()];
    Assignments kept = result.kept();
    for (int r = 0; r < kept.size(); r++) {
      assertEquals(
          1,
          ++count[kept.token(r) * decision.experts() + kept.expert(r)],
          "how often token " + kept.token(r) + " has expert " + kept.expert(r));
    }
  }

  /** The kept assignments of a token stay in the order of its choices, and tokens in theirs. */
  void requireOrder(RouterDecision decision, CapacityPass result) {
    Assignments all = decision.assignments();
    Assignments kept = result.kept();
    int n = 0;
    for (int r = 0; r < ownRows(result); r++) {
      while (n < all.size() && !isAt(all, n, kept, r)) {
        n++;
      }
      assertTrue(n < all.size(), "row " + r + " must come in the order of the decision");
      n++;
    }
  }

  private boolean isAt(Assignments all, int n, Assignments kept, int r) {
    boolean sameExpert = all.expert(n) == kept.expert(r) || !contract.keepsExperts();
    return all.token(n) == kept.token(r) && sameExpert;
  }

  boolean hasExpertsOf(RouterDecision decision, CapacityPass result) {
    for (int r = 0; r < ownRows(result); r++) {
      if (place(decision.assignments(), result.kept(), r) < 0) {
        return false;
      }
    }
    return true;
  }

  boolean hasWeightsOf(RouterDecision decision, CapacityPass result) {
    for (int r = 0; r < ownRows(result); r++) {
      int n = place(decision.assignments(), result.kept(), r);
      if (n < 0 || decision.assignments().weight(n) != result.kept().weight(r)) {
        return false;
      }
    }
    return true;
  }

  /** The assignment of the token and expert of a row; −1 if there is none. */
  private static int place(Assignments all, Assignments kept, int r) {
    for (int n = 0; n < all.size(); n++) {
      if (all.token(n) == kept.token(r) && all.expert(n) == kept.expert(r)) {
        return n;
      }
    }
    return -1;
  }

  void requireFillersWithoutWeight(CapacityPass result) {
    assertTrue(
        result.fillers() >= 0 && result.fillers() <= result.kept().size(), "number of filler rows");
    for (int r = ownRows(result); r < result.kept().size(); r++) {
      assertEquals(0, result.kept().weight(r), "weight of filler row " + r);
    }
  }

  void requireSame(CapacityPass expected, CapacityPass actual) {
    Assignments a = expected.kept();
    Assignments b = actual.kept();
    assertEquals(a.size(), b.size(), "rows");
    assertEquals(expected.dropped(), actual.dropped(), "dropped");
    assertEquals(expected.fillers(), actual.fillers(), "filler rows");
    for (int r = 0; r < a.size(); r++) {
      assertEquals(a.token(r), b.token(r), "token of row " + r);
      assertEquals(a.expert(r), b.expert(r), "expert of row " + r);
    }
    Near.assertSameBits("weights", a.weights(), b.weights());
  }
}
