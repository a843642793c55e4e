package io.github.moe4j.core.capacity;

import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.testkit.CapacityContract;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule, order and formula of the library. */
@ParameterizedClass
@MethodSource("kinds")
class CapacityRulesContractTest extends CapacityContract {
  private static final CapacityFormula TWO = CapacityFormula.fixed(2);

  @Parameter
  Kind kind;

  /** A rule, its limit per batch (−1 for none), and what it does: the letters d f e w. */
  record Kind(String name, CapacityRule rule, int limit, String does) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    kinds.add(new Kind("dropless", Dropless.of(), -1, ""));
    for (DropOrder order : orders()) {
      kinds.add(new Kind("limited", new LimitedCapacity(TWO, false, order), 2, "d"));
      kinds.add(new Kind("per sequence", new LimitedCapacity(TWO, true, order), -1, "d"));
    }
    LimitedCapacity limited = LimitedCapacity.of(TWO);
    kinds.add(new Kind("nothing", LimitedCapacity.of(CapacityFormula.fixed(0)), 0, "d"));
    kinds.add(new Kind("renormalized", Renormalized.of(limited), 2, "dw"));
    kinds.add(new Kind("floor", new Renormalized(limited, 0.5), 2, "dw"));
    kinds.add(new Kind("rerouted", Rerouted.of(TWO), 2, "dew"));
    kinds.add(
        new Kind("two tries", new Rerouted(TWO, true, DropOrder.choiceMajor(), 2), -1, "dew"));
    kinds.add(new Kind("rerouted, renormalized", Renormalized.of(Rerouted.of(TWO)), 2, "dew"));
    kinds.add(new Kind("to capacity", PaddedToCapacity.of(limited), 2, "df"));
    kinds.add(new Kind("to multiple", PaddedToMultiple.of(limited, 4), -1, "df"));
    kinds.add(new Kind(
        "to multiple, renormalized", Renormalized.of(PaddedToMultiple.of(limited, 4)), -1, "dfw"));
    for (CapacityProvider formula : CapacityCatalogue.library()) {
      CapacityRule rule = LimitedCapacity.of(formula.create(1, 1));
      kinds.add(new Kind(formula.name(), rule, -1, "d"));
    }
    return kinds;
  }

  private static List<DropOrder> orders() {
    return Arrays.asList(
        DropOrder.tokenMajor(),
        DropOrder.choiceMajor(),
        DropOrder.byWeight(),
        DropOrder.byProbability(),
        DropOrder.batchPrioritized(),
        DropOrder.random());
  }

  @Override
  protected CapacityRule rule() {
    return kind.rule;
  }

  @Override
  protected OptionalInt limit(RouterDecision decision) {
    return kind.limit < 0 ? OptionalInt.empty() : OptionalInt.of(kind.limit);
  }

  @Override
  protected boolean drops() {
    return kind.does.contains("d");
  }

  @Override
  protected boolean fills() {
    return kind.does.contains("f");
  }

  @Override
  protected boolean keepsExperts() {
    return !kind.does.contains("e");
  }

  @Override
  protected boolean keepsWeights() {
    return !kind.does.contains("w");
  }
}
