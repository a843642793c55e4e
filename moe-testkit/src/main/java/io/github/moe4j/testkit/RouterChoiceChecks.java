package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.RouterSubject.EXPERTS;
import static io.github.moe4j.testkit.RouterSubject.WIDTH;
import static io.github.moe4j.testkit.RouterSubject.requireDistributions;
import static io.github.moe4j.testkit.RouterSubject.row;
import static io.github.moe4j.testkit.RouterSubject.weight;
import static io.github.moe4j.testkit.RouterSubject.x;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which experts a token gets: the largest scores, ties, each at most once. */
record RouterChoiceChecks(RouterSubject subject) {
  private RouterContract contract() {
    return subject.contract();
  }

  void largestScores() {
    boolean largest = true;
    for (int k : subject.choices()) {
      for (int salt = 0; salt < 10; salt++) {
        INDArray x = x(7, 10 + salt);
        INDArray weight = weight(30 + salt);
        Router router = subject.router(weight, k);
        RouterDecision decision =
            subject.route(router, TokenBatch.evaluation(x)).decision();
        if (contract().choosesLargestScores()) {
          requireLargest(decision, k);
        } else {
          largest &= isLargest(decision.assignments(), Near.values(x.mmul(weight.transpose())), k);
        }
      }
    }
    assertEquals(
        contract().choosesLargestScores(), largest, "whether each token has its largest scores");
  }

  private static void requireLargest(RouterDecision decision, int k) {
    Assignments made = decision.assignments();
    assertEquals(made.tokens() * k, made.size(), "assignments with k = " + k);
    double[] logits = decision.requireLogits("the contract").toArray();
    for (int n = 0; n < made.size(); n++) {
      int[] best = Decisions.largest(logits, made.token(n) * EXPERTS, EXPERTS, k);
      assertEquals(best[n % k], made.expert(n), "choice " + n % k + " of token " + made.token(n));
    }
  }

  private static boolean isLargest(Assignments made, double[] scores, int k) {
    return made.size() == made.tokens() * k
        && IntStream.range(0, made.size()).allMatch(n -> {
          int[] best = Decisions.largest(scores, made.token(n) * EXPERTS, EXPERTS, k);
          return best[n % k] == made.expert(n);
        });
  }

  void laterTokens() {
    boolean same = true;
    for (int k : subject.choices()) {
      for (int salt = 0; salt < 10; salt++) {
        INDArray x = x(6, 10 + salt);
        Router router = subject.router(weight(30 + salt), k);
        INDArray first = RandomArrays.of(DataType.DOUBLE, row(x, 0), 1, WIDTH);
        RouterDecision all = subject.route(router, TokenBatch.evaluation(x)).decision();
        RouterDecision one = subject.route(router, TokenBatch.evaluation(first)).decision();
        same &= isSame(all, 0, one, 0);
      }
    }
    assertEquals(
        contract().readsLaterTokens(), !same, "whether later tokens change experts or weights");
  }

  /** Whether a token has the same experts and weights in one decision as another has in another. */
  private static boolean isSame(RouterDecision a, int tokenOfA, RouterDecision b, int tokenOfB) {
    int[] inA = places(a.assignments(), tokenOfA);
    int[] inB = places(b.assignments(), tokenOfB);
    return inA.length == inB.length
        && IntStream.range(0, inA.length)
            .allMatch(i -> a.assignments().expert(inA[i]) == b.assignments().expert(inB[i])
                && Math.abs(a.assignments().weight(inA[i]) - b.assignments().weight(inB[i]))
                    < 1e-12);
  }

  private static int[] places(Assignments all, int token) {
    return IntStream.range(0, all.size()).filter(n -> all.token(n) == token).toArray();
  }

  void tokensReversed() {
    boolean same = true;
    for (int k : subject.choices()) {
      for (int salt = 0; salt < 10; salt++) {
        double[][] rows = Near.matrix(x(6, 10 + salt));
        Router router = subject.router(weight(30 + salt), k);
        RouterDecision forth = routeRows(router, rows);
        Collections.reverse(Arrays.asList(rows));
        RouterDecision back = routeRows(router, rows);
        for (int t = 0; t < rows.length; t++) {
          same &= isSame(forth, t, back, rows.length - 1 - t);
        }
      }
    }
    assertEquals(
        contract().readsTokenOrder(), !same, "whether the order of tokens changes a decision");
  }

  private RouterDecision routeRows(Router router, double[][] rows) {
    INDArray x = RandomArrays.of(DataType.DOUBLE, Near.flatten(rows), rows.length, WIDTH);
    return subject.route(router, TokenBatch.evaluation(x)).decision();
  }

  void weightSums() {
    assumeTrue(
        contract().weightSum().isPresent(),
        "no sum to compare with: weightSum of the contract is empty");
    double expected = contract().weightSum().getAsDouble();
    for (int k : subject.choices()) {
      Assignments made = subject
          .route(subject.router(weight(2), k), TokenBatch.evaluation(x(7, 1)))
          .decision()
          .assignments();
      double[] sum = new double[7];
      for (int n = 0; n < made.size(); n++) {
        sum[made.token(n)] += made.weight(n);
      }
      for (int t = 0; t < sum.length; t++) {
        assertEquals(expected, sum[t], 1e-9, "sum of the weights of token " + t + ", k = " + k);
      }
    }
  }

  void eachExpertOnce() {
    int[] choices = subject.choices();
    int k = choices[choices.length - 1];
    Assignments made = subject
        .route(subject.router(weight(2), k), TokenBatch.evaluation(x(7, 1)))
        .decision()
        .assignments();
    int[][] count = new int[7][EXPERTS];
    for (int n = 0; n < made.size(); n++) {
      assertEquals(
          1,
          ++count[made.token(n)][made.expert(n)],
          "how often token " + made.token(n) + " has expert " + made.expert(n));
    }
    if (contract().choosesLargestScores() && k == EXPERTS) {
      int[] all = new int[EXPERTS];
      Arrays.fill(all, 7);
      assertArrayEquals(all, made.countPerExpert());
    }
  }

  void oneExpertPreferred() {
    double[] scores = new double[6 * EXPERTS];
    for (int t = 0; t < 6; t++) {
      scores[t * EXPERTS + 3] = 5 + t;
    }
    for (int k : subject.choices()) {
      RouterDecision decision = subject.routeScores(scores, k, DataType.DOUBLE).decision();
      requireDistributions(decision);
      if (contract().choosesLargestScores()) {
        assertArrayEquals(new int[] {0, 0, 0, 6, 0}, decision.assignments().countFirstChoices());
      }
    }
  }

  void ties() {
    double[] scores = {
      0, 0, 0, 0, 0, //
      1, 3, 3, 0, 3, //
      -2, -2, -1, -1, -1, //
      0, 1, 0, 1, 0
    };
    int[][] order = {{0, 1, 2, 3, 4}, {1, 2, 4, 0, 3}, {2, 3, 4, 0, 1}, {1, 3, 0, 2, 4}};
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      for (int k : subject.choices()) {
        RouterDecision decision = subject.routeScores(scores, k, type).decision();
        requireDistributions(decision);
        Decisions.assertSame(decision, subject.routeScores(scores, k, type).decision(), 0);
        Assignments made = decision.assignments();
        for (int n = 0; contract().choosesLargestScores() && n < made.size(); n++) {
          assertEquals(order[n / k][n % k], made.expert(n), "choice " + n % k + " of " + n / k);
        }
      }
    }
  }
}
