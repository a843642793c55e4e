package io.github.moe4j.balance;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two workers in two threads that each hold half a batch of two layers. */
@ExtendWith(Seeds.class)
class GlobalBatchWorkersTest {
  private static final int TOKENS = 8;
  private static final int EXPERTS = 4;
  private static final long SECONDS = 30;

  /** Sums counts as an all-reduce does: all wait for all, before and after. */
  private static final class Barrier {
    private final CyclicBarrier barrier = new CyclicBarrier(2);
    private final ExpertCounts[] given = new ExpertCounts[2];

    CountReducer of(int worker) {
      return (layer, own) -> {
        given[worker] = own;
        await();
        ExpertCounts sum = given[0].plus(given[1]);
        await();
        return sum;
      };
    }

    private void await() {
      try {
        barrier.await(SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static double[] logits(int layer) {
    return RandomArrays.normal(Seeds.random(layer), TOKENS * EXPERTS);
  }

  /** Decisions of both layers about the tokens from one place to another. */
  private static List<RouterDecision> decisions(int from, int to) {
    List<RouterDecision> layers = new ArrayList<>();
    for (int layer = 0; layer < 2; layer++) {
      double[] part = Arrays.copyOfRange(logits(layer), from * EXPERTS, to * EXPERTS);
      layers.add(Decisions.topK(part, EXPERTS, 2, TokenMask.none(to - from)));
    }
    return layers;
  }

  private static LossValue evaluate(CountReducer workers, List<RouterDecision> layers) {
    Balancer balancer =
        Balancer.builder().add(GlobalBatchLoss.of(0.3)).workers(workers).build();
    return balancer.observe(List.of(layers)).get(0).total();
  }

  private static List<LossValue> halves(Barrier barrier) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<LossValue>> running = new ArrayList<>();
      for (int worker = 0; worker < 2; worker++) {
        int from = worker * TOKENS / 2;
        CountReducer workers = barrier.of(worker);
        running.add(threads.submit(() -> evaluate(workers, decisions(from, from + TOKENS / 2))));
      }
      List<LossValue> values = new ArrayList<>();
      for (Future<LossValue> one : running) {
        values.add(one.get(2 * SECONDS, TimeUnit.SECONDS));
      }
      return values;
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void evaluate_twoWorkers_meanIsThatOfOneWithTheWholeBatch() throws Exception {
    LossValue whole = evaluate(CountReducer.single(), decisions(0, TOKENS));
    List<LossValue> halves = halves(new Barrier());
    LossValue first = halves.get(0).times(0.5);
    LossValue second = halves.get(1).times(0.5);
    assertEquals(whole.value(), first.value() + second.value(), 1e-14);
    for (int layer = 0; layer < 2; layer++) {
      double[] both = new double[TOKENS * EXPERTS];
      double[] a = first.gradients().get(layer).probabilities().orElseThrow();
      double[] b = second.gradients().get(layer).probabilities().orElseThrow();
      System.arraycopy(a, 0, both, 0, a.length);
      System.arraycopy(b, 0, both, a.length, b.length);
      double[] expected = whole.gradients().get(layer).probabilities().orElseThrow();
      assertNear("layer " + layer, expected, both, 1e-15);
    }
  }

  @Test
  void evaluate_workersAlone_notThatOfTheWholeBatch() {
    double mean = 0;
    for (int from = 0; from < TOKENS; from += TOKENS / 2) {
      mean += SwitchLoss.of(0.3).evaluate(decisions(from, from + TOKENS / 2)).value() / 2;
    }
    assertNotEquals(SwitchLoss.of(0.3).evaluate(decisions(0, TOKENS)).value(), mean, 1e-6);
  }
}
