package io.github.moe4j.routing;

/** Brings a choice that experts made into the order of assignments: token after token. */
final class TokenOrder {
  private TokenOrder() {}

  /**
   * The places {@code t·E + e} of all chosen pairs, token after token, those of a token by falling
   * score, equal ones by expert.
   *
   * @param chosen row-major [T·E]. Not modified.
   * @param scores row-major [T·E]. Not modified.
   */
  static int[] bestFirst(boolean[] chosen, double[] scores, int experts) {
    int[] places = new int[count(chosen)];
    int size = 0;
    for (int row = 0; row < chosen.length; row += experts) {
      int from = size;
      for (int i = row; i < row + experts; i++) {
        if (chosen[i]) {
          int place = size++;
          while (place > from && scores[i] > scores[places[place - 1]]) {
            places[place] = places[place - 1];
            place--;
          }
          places[place] = i;
        }
      }
    }
    return places;
  }

  private static int count(boolean[] chosen) {
    int count = 0;
    for (boolean c : chosen) {
      count += c ? 1 : 0;
    }
    return count;
  }

  /** The end of the run of places that belong to the same token as the one at {@code from}. */
  static int endOfToken(int[] places, int from, int experts) {
    int to = from + 1;
    while (to < places.length && places[to] / experts == places[from] / experts) {
      to++;
    }
    return to;
  }
}
