package io.github.moe4j.testkit.mutants;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link ExampleRouter} with one defect each, the check that must find it, and a part of its message; empty where
 * the message depends on the seed.
 */
enum RouterMutant {
  NAN_BECOMES_ZERO(
      "route_weightNotFinite_namesTokenAndExpert",
      "IllegalArgumentException",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        double[] scores(TokenBatch input) {
          return Arrays.stream(super.scores(input))
              .map(s -> Double.isFinite(s) ? s : 0)
              .toArray();
        }
      }),
  TIES_TO_THE_HIGHEST(
      "route_tiedScores_sameBitsAndLowestIndexFirst",
      "choice 0 of 0",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        int[] choose(double[] scores, int token) {
          double[] reversed = new double[experts()];
          Arrays.setAll(reversed, e -> scores[(token + 1) * experts() - 1 - e]);
          return Arrays.stream(super.choose(reversed, 0))
              .map(e -> experts() - 1 - e)
              .toArray();
        }
      }),
  PADDING_CHECKED_FOR_NAN(
      "route_paddingAppended_othersUnchanged", "has NaN", (w, k) -> new ExampleRouter(w, k) {
        @Override
        Logits logits(double[] scores, TokenMask mask) {
          return Logits.of(scores, experts(), TokenMask.none(mask.tokens()));
        }
      }),
  MASK_IGNORED(
      "route_paddedTokens_noAssignmentAndZeroGradient",
      "a padded token got",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        int[] tokens(TokenMask mask) {
          return TokenMask.none(mask.tokens()).validIndices(0, mask.tokens());
        }

        @Override
        RouterDecision decision(TokenBatch input, Assignments made, Logits logits) {
          return super.decision(input.withMask(TokenMask.none(input.tokens())), made, logits);
        }
      }),
  PADDED_TOKEN_ROUTED(
      "route_paddedTokens_noAssignmentAndZeroGradient",
      "a padded token",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        int[] tokens(TokenMask mask) {
          return TokenMask.none(mask.tokens()).validIndices(0, mask.tokens());
        }
      }),
  WEIGHT_NOT_DIFFERENTIATED(
      "backward_weightsLogitsProbabilities_matchDifferencesIfSaid",
      "gradient of",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          return new Pass(input, decision) {
            @Override
            void addWeights(int n, double[] dWeights, double[] dLogits) {}
          };
        }
      }),
  GATE_WITHOUT_GRADIENT(
      "backward_weightsLogitsProbabilities_matchDifferencesIfSaid",
      "weight[",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          return new Pass(input, decision) {
            @Override
            void addToWeight(Gradients into, int e, int d, double value) {}
          };
        }
      }),
  GATE_GRADIENT_OF_WRONG_SIGN(
      "backward_weightsLogitsProbabilities_matchDifferencesIfSaid",
      "weight[",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          return new Pass(input, decision) {
            @Override
            void addToWeight(Gradients into, int e, int d, double value) {
              super.addToWeight(into, e, d, -value);
            }
          };
        }
      }),
  TOKEN_GRADIENT_OF_TRANSPOSED_WEIGHT(
      "backward_weightsLogitsProbabilities_matchDifferencesIfSaid",
      "gradient of x[",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          return new Pass(input, decision) {
            @Override
            void addToToken(INDArray dx, int t, int d, double value) {
              super.addToToken(dx, t, modelWidth() - 1 - d, value);
            }
          };
        }
      }),
  GRADIENT_OVERWRITTEN(
      "backward_targetsNotZero_adds", "weight[", (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          return new Pass(input, decision) {
            @Override
            public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
              into.zero();
              super.backward(gradient, dx, into);
            }
          };
        }
      }),
  TOKEN_GRADIENT_OVERWRITTEN(
      "backward_targetsNotZero_adds", "dx[", (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          return new Pass(input, decision) {
            @Override
            public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
              dx.assign(0);
              super.backward(gradient, dx, into);
            }
          };
        }
      }),
  FROZEN_PARAMETER_REQUIRED(
      "backward_frozenParameters_othersUnchanged", "weight", (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          return new Pass(input, decision) {
            @Override
            void addToWeight(Gradients into, int e, int d, double value) {
              INDArray dW = into.get("weight");
              dW.putScalar(e, d, dW.getDouble(e, d) + value);
            }
          };
        }
      }),
  LENGTHS_NOT_CHECKED(
      "backward_gradientOfOtherLengths_refusedAndNothingChanged",
      "",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          return new Pass(input, decision) {
            @Override
            public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
              int size = decision.assignments().size();
              super.backward(
                  gradient
                      .weights()
                      .map(d -> RoutingGradient.ofWeights(Arrays.copyOf(d, size)))
                      .orElse(gradient),
                  dx,
                  into);
            }
          };
        }
      }),
  BACKWARD_CHANGES_THE_PASS(
      "backward_partsAlone_sumToWhole", "must be", (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          return new Pass(input, decision) {
            private double factor = 1;

            @Override
            public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
              super.backward(gradient.times(factor), dx, into);
              factor = 0.5;
            }
          };
        }
      }),
  GENERATOR_OF_ITS_OWN("route_trainingSameSeed_sameBits", "", (w, k) -> new ExampleRouter(w, k) {
    private final SplittableRandom own = new SplittableRandom(1);

    @Override
    void addNoise(double[] scores, PassMode mode) {
      if (mode.isTraining()) {
        addNormal(scores, own);
      }
    }
  }),
  NOISE_IN_EVALUATION("route_sameSeed_sameBits", "", (w, k) -> new ExampleRouter(w, k) {
    private final SplittableRandom own = new SplittableRandom(1);

    @Override
    void addNoise(double[] scores, PassMode mode) {
      addNormal(scores, mode.isTraining() ? mode.requireGenerator("the example") : own);
    }
  }),
  SEED_IGNORED(
      "route_trainingOtherSeed_differsOnlyIfSaid",
      "another seed",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        void addNoise(double[] scores, PassMode mode) {
          if (mode.isTraining()) {
            addNormal(scores, new SplittableRandom(1));
          }
        }
      }),
  EXPERT_TWICE(
      "route_mostChoices_eachExpertOnceForAToken",
      "how often token",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        int[] choose(double[] scores, int token) {
          int[] chosen = super.choose(scores, token);
          chosen[k - 1] = chosen[0];
          return chosen;
        }
      }),
  EXPERTS_COUNTED_FROM_ONE(
      "route_randomTokens_decidesOnEveryToken",
      "expert of assignment",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        Assignments assignments(
            int tokens, int[] token, int[] expert, double[] weights, Arena.Scope scope) {
          Arrays.setAll(expert, n -> expert[n] + 1);
          return super.assignments(tokens, token, expert, weights, scope);
        }
      }),
  SECOND_BEST_FIRST(
      "route_randomTokens_choosesLargestScoresOnlyIfSaid",
      "choice 0",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        int[] choose(double[] scores, int token) {
          int[] chosen = super.choose(scores, token);
          int first = chosen[0];
          chosen[0] = chosen[k - 1];
          chosen[k - 1] = first;
          return chosen;
        }
      }),
  ONE_CHOICE_TOO_FEW(
      "route_randomTokens_choosesLargestScoresOnlyIfSaid",
      "with k = 2",
      (w, k) -> new ExampleRouter(w, Math.max(1, k - 1))),
  MORE_CHOICES_CUT_TO_EXPERTS(
      "route_moreChoicesThanExperts_refused",
      "6 choices",
      (w, k) -> new ExampleRouter(w, Math.min(k, (int) w.size(0)))),
  WEIGHTS_OVERFLOW(
      "route_largeScores_staysFinite", "must be finite", (w, k) -> new ExampleRouter(w, k) {
        @Override
        double[] weights(double[] chosen) {
          double sum = Arrays.stream(chosen).map(Math::exp).sum();
          return Arrays.stream(chosen).map(s -> Math.exp(s) / sum).toArray();
        }
      }),
  WEIGHTS_NEGATIVE(
      "route_randomTokens_decidesOnEveryToken",
      "weight must be at least 0",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        double[] weights(double[] chosen) {
          return Arrays.stream(chosen).map(Math::tanh).toArray();
        }
      }),
  WEIGHTS_NOT_NORMALIZED(
      "route_randomTokens_weightsSumAsSaid",
      "sum of the weights",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        double[] weights(double[] chosen) {
          return Arrays.stream(chosen).map(s -> 1 / (1 + Math.exp(-s))).toArray();
        }
      }),
  INPUT_MODIFIED("route_inputAndParameters_notModified", "x[", (w, k) -> new ExampleRouter(w, k) {
    @Override
    double[] scores(TokenBatch input) {
      double[] scores = super.scores(input);
      input.x().muli(0.5);
      return scores;
    }
  }),
  PARAMETER_MODIFIED(
      "route_inputAndParameters_notModified", "weight[", (w, k) -> new ExampleRouter(w, k) {
        @Override
        double[] scores(TokenBatch input) {
          double[] scores = super.scores(input);
          weight.divi(Math.max(1, weight.norm2Number().doubleValue()));
          return scores;
        }
      }),
  LAST_PASS_REMEMBERED(
      "backward_afterOtherPasses_sameBits", "must be exactly", (w, k) -> new ExampleRouter(w, k) {
        private @Nullable TokenBatch last;

        @Override
        RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
          last = input;
          return new Pass(input, decision) {
            @Override
            void addToWeight(Gradients into, int e, int d, double value) {
              TokenBatch read = last == null ? input : last;
              int t = Math.min(read.tokens() - 1, e);
              super.addToWeight(into, e, d, value + read.x().getDouble(t, d));
            }
          };
        }
      }),
  LOAD_REMEMBERED("route_otherPassesBetween_sameBits", "", (w, k) -> new ExampleRouter(w, k) {
    private int passes;

    @Override
    double[] scores(TokenBatch input) {
      double[] scores = super.scores(input);
      int favoured = passes++ % experts();
      Arrays.setAll(scores, i -> scores[i] + (i % experts() == favoured ? 0.1 : 0));
      return scores;
    }
  }),
  EARLIER_TOKENS_READ(
      "route_tokensReversed_decisionsReversedUnlessSaid",
      "order of tokens",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        double[] scores(TokenBatch input) {
          double[] scores = super.scores(input);
          for (int i = experts(); i < scores.length; i++) {
            double before = scores[i - experts()];
            scores[i] += Double.isFinite(before) ? 0.1 * before : 0;
          }
          return scores;
        }
      }),
  LATER_TOKENS_READ(
      "route_oneToken_sameAsBeforeOthersIfSaid", "later tokens", (w, k) -> new ExampleRouter(w, k) {
        @Override
        double[] scores(TokenBatch input) {
          double[] scores = super.scores(input);
          double mean = Arrays.stream(scores).filter(Double::isFinite).average().orElse(0);
          Arrays.setAll(scores, i -> scores[i] * (1 + Math.abs(mean)));
          return scores;
        }
      }),
  SEQUENCES_LOST(
      "route_sequences_keptInDecision", "expected: <3>", (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterDecision decision(TokenBatch input, Assignments made, Logits logits) {
          int length = Math.max(1, input.tokens());
          return super.decision(input.withSequenceLength(length), made, logits);
        }
      }),
  ANY_TYPE_TAKEN(
      "route_wrongWidthOrType_saysWhatItWas",
      "IllegalArgumentException",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        void requireInput(TokenBatch input) {
          if (input.width() != modelWidth()) {
            super.requireInput(input);
          }
        }
      }),
  MESSAGE_WITHOUT_SHAPE(
      "route_wrongWidthOrType_saysWhatItWas",
      "must name [3, 6]",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        void requireInput(TokenBatch input) {
          if (input.width() != modelWidth()) {
            throw new IllegalArgumentException("x does not fit");
          }
          super.requireInput(input);
        }
      }),
  SCORES_IN_HALF_PRECISION(
      "route_float32_nearFloat64", "must be", (w, k) -> new ExampleRouter(w, k) {
        @Override
        double[] scores(TokenBatch input) {
          double[] scores = super.scores(input);
          if (input.dataType() == DataType.FLOAT) {
            Arrays.setAll(scores, i -> Math.rint(scores[i] * 1024) / 1024);
          }
          return scores;
        }
      }),
  DECISION_IN_MEMORY_OF_THE_PASS(
      "route_scopeClosedAndMemoryReused_decisionStays",
      "read after the pass",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        Assignments assignments(
            int tokens, int[] token, int[] expert, double[] weights, Arena.Scope scope) {
          return Assignments.borrowed(
              tokens, experts(), token.length, token, expert, weights, scope);
        }
      }),
  PROBABILITIES_OF_OTHER_SCORES(
      "backward_weightsLogitsProbabilities_matchDifferencesIfSaid",
      "gradient of",
      (w, k) -> new ExampleRouter(w, k) {
        @Override
        RouterDecision decision(TokenBatch input, Assignments made, Logits logits) {
          double[] halved = Arrays.stream(logits.toArray()).map(s -> s / 2).toArray();
          return RouterDecision.of(
              input,
              made,
              logits,
              Logits.of(halved, experts(), input.mask()).softmax(input.mask()));
        }
      }),
  SUMS_SHARED_BY_THREADS("route_severalThreads_sameAsOne", "", (w, k) -> new ExampleRouter(w, k) {
    private double[] sums = new double[0];

    @Override
    double[] scores(TokenBatch input) {
      double[] scores = super.scores(input);
      sums = sums.length == scores.length ? sums : new double[scores.length];
      double[] shared = sums;
      Arrays.fill(shared, 0);
      LockSupport.parkNanos(1_000_000); // while another thread begins
      Arrays.setAll(shared, i -> shared[i] + scores[i]);
      return shared.clone();
    }
  });

  final String check;
  final String message;
  private final BiFunction<INDArray, Integer, ExampleRouter> factory;

  RouterMutant(String check, String message, BiFunction<INDArray, Integer, ExampleRouter> factory) {
    this.check = check;
    this.message = message;
    this.factory = factory;
  }

  ExampleRouter router(INDArray weight, int k) {
    return factory.apply(weight, k);
  }
}
