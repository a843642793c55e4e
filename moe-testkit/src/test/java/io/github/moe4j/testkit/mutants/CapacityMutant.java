package io.github.moe4j.testkit.mutants;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** {@link ExampleCapacity} with one defect each, the check that must find it, and a part of its message. */
enum CapacityMutant {
  ONE_ROW_TOO_MANY(
      "apply_anyBatch_loadWithinTheLimit", "has 4 rows, limit 3", () -> new ExampleCapacity() {
        @Override
        boolean keeps(RouterDecision decision, int n, int[] load, PassMode mode) {
          return load[decision.assignments().expert(n)] <= LIMIT;
        }
      }),
  DROPPED_NOT_COUNTED(
      "apply_anyBatch_keptAndDroppedAreAll", "kept and dropped", () -> new ExampleCapacity() {
        @Override
        CapacityPass pass(RouterDecision decision, int[] kept) {
          return new Pass(decision, kept) {
            @Override
            public int dropped() {
              return 0;
            }
          };
        }
      }),
  ROW_FOR_PADDING("apply_anyBatch_noRowForPadding", "got a row", () -> new ExampleCapacity() {
    @Override
    CapacityPass pass(RouterDecision decision, int[] kept) {
      int padding = IntStream.range(0, decision.tokens())
          .filter(t -> !decision.mask().valid(t))
          .findFirst()
          .orElse(-1);
      return padding < 0 || kept.length == 0
          ? super.pass(decision, kept)
          : new Pass(decision, kept) {
            @Override
            public Assignments kept() {
              return moved(super.kept(), padding);
            }
          };
    }
  }),
  SORTED_BY_EXPERT(
      "apply_anyBatch_orderOfTheDecisionStays",
      "order of the decision",
      () -> new ExampleCapacity() {
        @Override
        CapacityPass pass(RouterDecision decision, int[] kept) {
          int[] sorted = Arrays.stream(kept)
              .boxed()
              .sorted(Comparator.comparingInt(n -> decision.assignments().expert(n)))
              .mapToInt(n -> n)
              .toArray();
          return super.pass(decision, sorted);
        }
      }),
  FIRST_CHOICE_TWICE(
      "apply_anyBatch_eachExpertOnceForAToken", "how often token", () -> new ExampleCapacity() {
        @Override
        CapacityPass pass(RouterDecision decision, int[] kept) {
          int[] twice = kept.clone();
          for (int r = 1; r < twice.length; r++) {
            Assignments all = decision.assignments();
            if (all.token(twice[r]) == all.token(twice[r - 1])) {
              twice[r] = twice[r - 1];
            }
          }
          return super.pass(decision, twice);
        }
      }),
  WEIGHTS_HALVED(
      "apply_anyBatch_expertsAndWeightsChangeOnlyIfSaid",
      "keeps its weight",
      () -> new ExampleCapacity() {
        @Override
        CapacityPass pass(RouterDecision decision, int[] kept) {
          return new Pass(decision, kept) {
            @Override
            public Assignments kept() {
              Assignments made = super.kept();
              double[] half = Arrays.stream(made.weights()).map(w -> w / 2).toArray();
              return with(made, half);
            }
          };
        }
      }),
  FILLER_WITH_WEIGHT(
      "apply_anyBatch_fillersLastAndWithoutWeightOnlyIfSaid",
      "weight of filler row",
      () -> new ExampleCapacity() {
        @Override
        CapacityPass pass(RouterDecision decision, int[] kept) {
          return new Pass(decision, kept) {
            @Override
            public int fillers() {
              return Math.min(1, places.length);
            }
          };
        }
      }),
  GRADIENT_TO_THE_WRONG_ASSIGNMENT(
      "backward_keptWeights_matchesDifferences", "logits[", () -> new ExampleCapacity() {
        @Override
        CapacityPass pass(RouterDecision decision, int[] kept) {
          return new Pass(decision, kept) {
            @Override
            int place(int row) {
              return places[places.length - 1 - row];
            }
          };
        }
      }),
  LENGTH_NOT_CHECKED(
      "backward_wrongLength_refused", "must be refused", () -> new ExampleCapacity() {
        @Override
        CapacityPass pass(RouterDecision decision, int[] kept) {
          return new Pass(decision, kept) {
            @Override
            void requireLength(double[] dKeptWeights) {}
          };
        }
      }),
  LOAD_REMEMBERED("apply_otherBatchesBetween_sameBits", "expected", () -> new ExampleCapacity() {
    private int before;

    @Override
    boolean keeps(RouterDecision decision, int n, int[] load, PassMode mode) {
      boolean keeps = super.keeps(decision, n, load, mode) && before++ % 5 != 4;
      return keeps;
    }
  }),
  GENERATOR_OF_ITS_OWN("apply_sameSeed_sameBits", "", () -> new ExampleCapacity() {
    private final SplittableRandom own = new SplittableRandom();

    @Override
    boolean keeps(RouterDecision decision, int n, int[] load, PassMode mode) {
      return super.keeps(decision, n, load, mode) && own.nextBoolean();
    }
  }),
  NOISE_IN_EVALUATION(
      "apply_evaluation_needsNoGeneratorAndRepeats", "draws random", () -> new ExampleCapacity() {
        @Override
        boolean keeps(RouterDecision decision, int n, int[] load, PassMode mode) {
          return super.keeps(decision, n, load, mode)
              && mode.requireGenerator("the example").nextBoolean();
        }
      }),
  NOTHING_DROPPED(
      "apply_collapsedBatch_dropsOnlyIfSaid", "whether it drops", () -> new ExampleCapacity() {
        @Override
        boolean keeps(RouterDecision decision, int n, int[] load, PassMode mode) {
          return true;
        }
      });

  final String check;
  final String message;
  private final Supplier<ExampleCapacity> factory;

  CapacityMutant(String check, String message, Supplier<ExampleCapacity> factory) {
    this.check = check;
    this.message = message;
    this.factory = factory;
  }

  ExampleCapacity rule() {
    return factory.get();
  }

  private static Assignments with(Assignments made, double[] weights) {
    int[] rows = IntStream.range(0, made.size()).toArray();
    return Assignments.of(
        made.tokens(),
        made.experts(),
        Arrays.stream(rows).map(made::token).toArray(),
        Arrays.stream(rows).map(made::expert).toArray(),
        weights);
  }

  /** The first row given to another token. */
  private static Assignments moved(Assignments made, int token) {
    int[] rows = IntStream.range(0, made.size()).toArray();
    return Assignments.of(
        made.tokens(),
        made.experts(),
        Arrays.stream(rows).map(r -> r == 0 ? token : made.token(r)).toArray(),
        Arrays.stream(rows).map(made::expert).toArray(),
        made.weights());
  }
}
