package io.github.moe4j.parallel;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.balance.CountReducer;
import io.github.moe4j.balance.ExpertCounts;
import io.github.moe4j.balance.GlobalBatchLoss;
import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.balance.control.QuantileController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.balance.control.SparsityController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.Seeds;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;

@ExtendWith(Seeds.class)
class GroupCountsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int E = 4;
  private static final int RANKS = 3;

  /** A kind of controller, and what it has set. */
  private enum Kind {
    BIAS {
      @Override
      LoadController of(ExpertBias bias) {
        return BiasController.of(bias, SignRule.of(0.1));
      }
    },
    QUANTILE {
      @Override
      LoadController of(ExpertBias bias) {
        return QuantileController.ofLogits(bias, 2);
      }
    },
    SPARSITY {
      @Override
      LoadController of(ExpertBias bias) {
        return SparsityController.of(E, 1);
      }
    };

    abstract LoadController of(ExpertBias bias);
  }

  /** Logits of a rank in a step, row-major [T·E]; rank 1 has no tokens. */
  private static double[] logits(int step, int rank) {
    int tokens = rank == 1 ? 0 : 5 + rank + step;
    SplittableRandom random = Seeds.random(100L * step + rank);
    double[] logits = random.doubles((long) tokens * E).map(v -> 4 * v).toArray();
    for (int t = 0; t < tokens; t++) {
      logits[t * E] += 2; // expert 0 has too many
    }
    return logits;
  }

  private static RouterDecision decision(double[] logits) {
    return Decisions.topK(logits, E, 2, TokenMask.none(logits.length / E));
  }

  /** What a rank routed in a step. */
  private static RouterDecision decision(int step, int rank) {
    return decision(logits(step, rank));
  }

  private static double[] acted(LoadController controller, ExpertBias bias) {
    return controller instanceof SparsityController sparsity
        ? new double[] {sparsity.coefficient()}
        : bias.values();
  }

  private static Balancer balancer(LoadController controller, CountReducer workers) {
    return Balancer.builder().controller(controller).workers(workers).build();
  }

  @ParameterizedTest
  @EnumSource
  void step_controllerOnAllRanks_bitsOfOneProcessWithTheirPartsAsMicroBatches(Kind kind) {
    ExpertBias bias = ExpertBias.zeros(E);
    LoadController one = kind.of(bias);
    Balancer whole = balancer(one, CountReducer.single());
    double[][] expected = new double[3][];
    for (int step = 0; step < 3; step++) {
      int now = step;
      whole.observe(
          IntStream.range(0, RANKS).mapToObj(r -> List.of(decision(now, r))).toList());
      whole.step();
      expected[step] = acted(one, bias);
    }

    Group.threads(RANKS, TIMEOUT, group -> {
      ExpertBias own = ExpertBias.zeros(E);
      LoadController controller = kind.of(own);
      Balancer balancer = balancer(controller, new GroupCounts(group));
      for (int step = 0; step < 3; step++) {
        balancer.observe(List.of(List.of(decision(step, group.rank()))));
        balancer.step();
        assertSameBits("step " + step, expected[step], acted(controller, own));
      }
      return 0;
    });
    assertTrue(Arrays.stream(expected[2]).anyMatch(v -> v != 0), "it acted");
  }

  @Test
  void step_reducerOfCountsOnly_refusedBeforeAnyControllerActs() {
    ExpertBias bias = ExpertBias.zeros(E);
    Balancer balancer = balancer(BiasController.of(bias, SignRule.of(0.1)), (layer, own) -> own);
    balancer.observe(List.of(List.of(decision(0, 0))));

    String message =
        assertThrows(UnsupportedOperationException.class, balancer::step).getMessage();

    assertTrue(message.contains("needs a CountReducer that sums"), message);
    assertSameBits("bias", new double[E], bias.values());
  }

  @Test
  void sum_expertCounts_ranksWithoutTokens_sumOfAll() {
    Group.threads(3, TIMEOUT, group -> {
      ExpertCounts own = switch (group.rank()) {
        case 0 -> new ExpertCounts(new long[] {3, 1}, 2, 2);
        case 1 -> new ExpertCounts(new long[] {0, 0}, 0, 1);
        default -> new ExpertCounts(new long[] {1, 1}, 2, 1);
      };
      ExpertCounts sum = new GroupCounts(group).sum(0, own);

      assertSameBits("counts", new double[] {4, 2, 4, 1.5}, new double[] {
        sum.perExpert()[0], sum.perExpert()[1], sum.tokens(), sum.choices()
      });
      return 0;
    });
  }

  @Test
  void sum_load_thatOfTheWholeBatch() {
    RankBatch batch = RankBatch.of(RANKS, 60, DataType.FLOAT);
    LoadStatistics whole;
    try (MoePass pass = RankBatch.layer(RankBatch.glu(E, DataType.FLOAT))
        .forward(TokenBatch.evaluation(batch.x()))) {
      whole = pass.load();
    }

    Group.threads(RANKS, TIMEOUT, group -> {
      Placement placement = Placement.even(E, RANKS);
      ExpertParallel experts =
          RankBatch.parallel(group, placement, RankBatch.glu(E, DataType.FLOAT));
      LoadStatistics all;
      try (MoePass pass =
          RankBatch.layer(experts).forward(TokenBatch.evaluation(batch.x(group.rank())))) {
        all = new GroupCounts(group).sum(pass.load().withUses(2, 1));
      }
      assertArrayEquals(whole.assigned(), all.assigned());
      assertArrayEquals(whole.kept(), all.kept());
      assertEquals(60, all.tokens());
      assertEquals(whole.routingEntropy(), all.routingEntropy(), 1e-12);
      assertEquals(2 * RANKS, all.expertHits());
      assertEquals(RANKS, all.expertMisses());

      List<ExchangeStatistics> ranks = experts.exchanged().ofAllRanks(group);
      for (int r = 0; r < RANKS; r++) {
        long load = Arrays.stream(placement.expertsOn(r))
            .mapToLong(e -> whole.assigned()[e])
            .sum();
        assertEquals(load, ranks.get(r).computed(), "rows computed by rank " + r);
        assertTrue(ranks.get(r).waitNanos() > 0);
      }
      return 0;
    });
  }

  @Test
  void balance_globalBatchLoss_onAllRanksThatOfTheWholeBatch() {
    List<RouterDecision> decisions =
        IntStream.range(0, RANKS).mapToObj(r -> decision(0, r)).toList();
    Balancer whole = Balancer.of(GlobalBatchLoss.of(0.3));
    whole.observe(decisions.stream().map(List::of).toList());
    String loss = whole.losses().get(0);
    double[] expected = counts(whole, loss);
    RouterDecision all = decision(IntStream.range(0, RANKS)
        .mapToObj(r -> logits(0, r))
        .flatMapToDouble(Arrays::stream)
        .toArray());
    double[] gradient = gradient(Balancer.of(GlobalBatchLoss.of(0.3)), all);

    List<double[]> ofRanks = Group.threads(RANKS, TIMEOUT, group -> {
      Balancer balancer = Balancer.builder()
          .add(GlobalBatchLoss.of(0.3))
          .workers(new GroupCounts(group))
          .build();
      RouterDecision own = decisions.get(group.rank());
      double[] ofRank = gradient(balancer, own);
      assertSameBits("counts", expected, counts(balancer, loss));
      double share = (double) own.tokens() / all.tokens();
      return Arrays.stream(ofRank).map(g -> share * g).toArray();
    });
    // each token is one rank's: the sum over ranks has their parts one after another
    double[] sum = ofRanks.stream().flatMapToDouble(Arrays::stream).toArray();
    assertArrayEquals(gradient, sum, 1e-15);
    assertTrue(Arrays.stream(gradient).anyMatch(g -> Math.abs(g) > 1e-3), "not zero");
  }

  /** Of the balance loss with respect to the probabilities, [T·E]. */
  private static double[] gradient(Balancer balancer, RouterDecision decision) {
    return balancer
        .observe(List.of(List.of(decision)))
        .get(0)
        .total()
        .gradient()
        .orZero(TokenScores.Kind.PROBABILITIES, decision);
  }

  private static double[] counts(Balancer balancer, String loss) {
    return Arrays.stream(balancer.counted(loss).get(0).perExpert())
        .asDoubleStream()
        .toArray();
  }
}
