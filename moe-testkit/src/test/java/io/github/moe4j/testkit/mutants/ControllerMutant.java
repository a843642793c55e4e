package io.github.moe4j.testkit.mutants;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import java.util.Arrays;
import java.util.function.Function;

/** {@link ExampleController} with one defect each, the check that must find it, and a part of its message. */
enum ControllerMutant {
  ACTS_AT_ONCE(
      "step_unevenLoad_actsOnceAtTheStep", "before the step", bias -> new ExampleController(bias) {
        @Override
        public void observe(RouterDecision decision) {
          super.observe(decision);
          super.step();
        }
      }),
  DOES_NOT_ACT(
      "step_unevenLoad_actsOnceAtTheStep", "must act", bias -> new ExampleController(bias) {
        @Override
        double change(double mean, long count) {
          return 0;
        }
      }),
  WRONG_SIGN(
      "step_expertWithAllTokens_losesAgainstOthers",
      "must lose",
      bias -> new ExampleController(bias) {
        @Override
        double change(double mean, long count) {
          return -super.change(mean, count);
        }
      }),
  COUNTS_NOT_FORGOTTEN(
      "step_nothingObserved_changesNothing",
      "step without passes",
      bias -> new ExampleController(bias) {
        @Override
        void forget() {}
      }),
  NAN_FOR_ONE_EXPERT("step_oneExpert_staysFinite", "finite", bias -> new ExampleController(bias) {
    @Override
    double change(double mean, long count) {
      return super.change(mean, count) / (bias.experts() - 1);
    }
  }),
  PADDING_COUNTED(
      "observe_paddingAlone_countsForNothing", "counts[", bias -> new ExampleController(bias) {
        @Override
        public void observe(RouterDecision decision) {
          super.observe(decision);
          counts[0] += decision.tokens() - decision.mask().validTokens();
        }
      }),
  LATER_PASSES_WEIGH_MORE(
      "observe_otherOrder_sameState", "counts[", bias -> new ExampleController(bias) {
        private int pass;

        @Override
        public void observe(RouterDecision decision) {
          super.observe(decision);
          if (++pass > 1) {
            super.observe(decision);
          }
        }
      }),
  THREADS_LOSE_COUNTS(
      "observe_severalThreads_sameState", "counts[", bias -> new ExampleController(bias) {
        @Override
        void count(int... more) {
          for (int e = 0; e < more.length; e++) {
            long before = counts[e];
            Thread.yield();
            counts[e] = before + more[e];
          }
        }
      }),
  OTHER_WORKERS_IGNORED(
      "replaceObserved_sumOfTwoWorkers_asOneThatObservedAll",
      "counts[",
      bias -> new ExampleController(bias) {
        @Override
        public synchronized void replaceObserved(double[] ofAll) {
          requireExperts(ofAll.length);
        }
      }),
  OTHER_LENGTH_OF_WORKERS_TAKEN(
      "replaceObserved_otherLength_refusedAndNothingChanges",
      "must be refused",
      bias -> new ExampleController(bias) {
        @Override
        public synchronized void replaceObserved(double[] ofAll) {
          super.replaceObserved(Arrays.copyOf(ofAll, counts.length));
        }
      }),
  OTHER_NUMBER_OF_EXPERTS_TAKEN(
      "observe_otherNumberOfExperts_refusedAndNothingChanges",
      "5 experts must be refused",
      bias -> new ExampleController(bias) {
        @Override
        void requireExperts(int experts) {}
      }),
  BIAS_NOT_RESTORED(
      "restore_atAnyPoint_goesOnToTheSameBits",
      "restored at pass",
      bias -> new ExampleController(bias) {
        @Override
        public synchronized void restore(Checkpoint checkpoint, String prefix) {
          double[] before = bias.values();
          super.restore(checkpoint, prefix);
          bias.set(before);
        }
      }),
  COUNTS_NOT_SAVED(
      "restore_atAnyPoint_goesOnToTheSameBits", "", bias -> new ExampleController(bias) {
        @Override
        public void addTo(Checkpoint.Builder checkpoint, String prefix) {
          checkpoint
              .doubles(prefix + ".bias", bias.values())
              .longs(prefix + ".counts", new long[counts.length]);
        }
      }),
  RESTORED_BY_HALF(
      "restore_missingEntry_refusedAndNothingChanges",
      "bias[",
      bias -> new ExampleController(bias) {
        @Override
        public synchronized void restore(Checkpoint checkpoint, String prefix) {
          bias.set(checkpoint.doubles(prefix + ".bias"));
          super.restore(checkpoint, prefix);
        }
      }),
  ANY_NUMBER_RESTORED(
      "restore_notANumberOrNegativeCount_refusedAndNothingChanges",
      "of −1 must be refused",
      bias -> new ExampleController(bias) {
        @Override
        void requireNumbers(double[] values, long[] restored, String prefix) {
          if (Double.isNaN(values[values.length - 1])) {
            super.requireNumbers(values, restored, prefix);
          }
        }
      });

  final String check;
  final String message;
  private final Function<ExpertBias, ExampleController> factory;

  ControllerMutant(String check, String message, Function<ExpertBias, ExampleController> factory) {
    this.check = check;
    this.message = message;
    this.factory = factory;
  }

  ExampleController over(ExpertBias bias) {
    return factory.apply(bias);
  }
}
