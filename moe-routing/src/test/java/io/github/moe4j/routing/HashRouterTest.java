package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertMade;
import static io.github.moe4j.routing.HandWorked.assertRefused;
import static io.github.moe4j.routing.HandWorked.backward;
import static io.github.moe4j.routing.HandWorked.input;
import static io.github.moe4j.routing.HandWorked.ratios;
import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class HashRouterTest {
  private static final ExpertTable TABLE =
      ExpertTable.of(3, new int[] {2, 0}, new int[] {1, 2}, new int[] {0, 1});

  private static int[] experts(Assignments made) {
    int[] experts = new int[made.size()];
    for (int n = 0; n < experts.length; n++) {
      experts[n] = made.expert(n);
    }
    return experts;
  }

  @Test
  void route_tokenIds_expertsOfTheTableEqualWeights() {
    HashRouter router = HashRouter.of(TABLE, HashKey.TOKEN_ID, 4);
    INDArray x = Nd4j.ones(DataType.FLOAT, 4, 4);
    TokenBatch input = TokenBatch.evaluation(x)
        .differentiable()
        .withTokenIds(1, 0, 99, 1)
        .withMask(TokenMask.of(true, true, false, true));
    RouterPass routing = router.route(input);
    Assignments made = routing.decision().assignments();
    assertArrayEquals(new int[] {1, 2, 2, 0, 1, 2}, experts(made));
    assertEquals(3, made.token(4));
    assertNear("weights", new double[] {.5, .5, .5, .5, .5, .5}, made.weights(), 0);
    assertTrue(routing.decision().logits().isEmpty());
    assertTrue(routing.decision().probabilities().isEmpty());
    INDArray dx = Nd4j.zeros(DataType.FLOAT, 4, 4);
    routing.backward(
        RoutingGradient.ofWeights(new double[] {1, 2, 3, 4, 5, 6}),
        dx,
        NamedArrays.none().zeroGradients());
    assertAllZero("dx", values(dx));
  }

  @Test
  void route_position_indexInSequenceModuloTable() {
    // sequences of 5: positions 0 1 2 3 4, of which 3 and 4 are 0 and 1 again
    HashRouter router = HashRouter.of(TABLE, HashKey.POSITION, 1);
    TokenBatch input = input(10).withSequenceLength(5);
    int[] five = {2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
    int[] made = experts(router.route(input).decision().assignments());
    assertArrayEquals(five, java.util.Arrays.copyOf(made, 10));
    assertArrayEquals(five, java.util.Arrays.copyOfRange(made, 10, 20));
  }

  @Test
  void apply_rule_weightsFromScores() {
    // token 0: id 2, experts 0, 1 of 4 : 3 : 1; token 1: id 1, experts 1, 2 of 1 : 5 : 2
    Logits logits = ratios(3, 4, 3, 1, 1, 5, 2);
    TokenBatch input = input(2).withTokenIds(2, 1);
    HashRule rule = new HashRule(TABLE, HashKey.TOKEN_ID, TopK.unnormalized(2));
    RulePass bare = rule.apply(logits, input);
    assertMade(
        new int[] {0, 0, 1, 1},
        new int[] {0, 1, 1, 2},
        new double[] {4 / 8.0, 3 / 8.0, 5 / 8.0, 2 / 8.0},
        bare);
    // 64·3/8·(−4/8, 5/8, −1/8)
    assertNear(
        "dLogits", new double[] {-12, 15, -3, 0, 0, 0}, backward(bare, 6, 0, 64, 0, 0), 1e-13);
    HashRule shares = new HashRule(TABLE, HashKey.TOKEN_ID, TopK.of(2));
    assertNear(
        "weights",
        new double[] {4 / 7.0, 3 / 7.0, 5 / 7.0, 2 / 7.0},
        shares.apply(logits, input).assignments().weights(),
        1e-15);
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    HashRouter router = HashRouter.of(TABLE, HashKey.TOKEN_ID, 1);
    assertRefused(
        "token id of token 1 must be in [0, 3) but was 3",
        () -> router.route(input(2).withTokenIds(2, 3)));
    assertRefused(
        "token id of token 0 must be in [0, 3) but was -1",
        () -> router.route(input(1).withTokenIds(-1)));
    assertRefused(
        "HashKey.TOKEN_ID routes by token id but there are no ids: use TokenBatch.withTokenIds",
        () -> router.route(input(2)));
    assertRefused(
        "modelWidth must be at least 1 but was 0", () -> HashRouter.of(TABLE, HashKey.POSITION, 0));
    assertRefused(
        "k of the weights must be that of the table, 2, but was 1",
        () -> new HashRule(TABLE, HashKey.POSITION, TopK.unnormalized(1)));
    HashRule rule = new HashRule(TABLE, HashKey.POSITION, TopK.of(2));
    assertRefused("experts of the table must be E = 4 but were 3", () -> rule.requireFits(4));
  }
}
