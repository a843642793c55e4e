package io.github.moe4j.routing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class TokenTransfersTest {
  /** Tokens 0, 1 and 2 cost 3, 2 and 2 to hand from expert 0 to 1. */
  private static TokenTransfers ofOneExpert(int... order) {
    TokenTransfers transfers =
        new TokenTransfers(new double[] {4, 1, 5, 3, 2, 0}, new int[] {0, 2, 4}, 2);
    for (int token : order) {
      transfers.add(token, 0);
    }
    return transfers;
  }

  @Test
  void hand_equalCosts_lowestTokenWhateverOrderTheyCameIn() {
    for (int[] order : new int[][] {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {2, 0, 1}}) {
      TokenTransfers transfers = ofOneExpert(order);
      assertArrayEquals(new double[] {0, 2}, transfers.costs(0));
      transfers.hand(0, 1);
      assertArrayEquals(new int[] {0, 1, 0}, transfers.expertOf());
      assertArrayEquals(new double[] {0, 2}, transfers.costs(0));
      assertArrayEquals(new double[] {-2, 0}, transfers.costs(1));
      transfers.hand(0, 1);
      assertArrayEquals(new int[] {0, 1, 1}, transfers.expertOf());
      assertArrayEquals(new double[] {0, 3}, transfers.costs(0));
      transfers.hand(1, 0);
      assertArrayEquals(new int[] {0, 0, 1}, transfers.expertOf());
      assertArrayEquals(new double[] {-2, 0}, transfers.costs(1));
      transfers.hand(1, 0);
      assertArrayEquals(
          new double[] {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY}, transfers.costs(1));
    }
  }
}
