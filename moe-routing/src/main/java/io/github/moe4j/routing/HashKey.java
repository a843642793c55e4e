package io.github.moe4j.routing;

import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;

/** The key of a token for look-up in an {@link ExpertTable}. */
public enum HashKey {
  /** Its vocabulary id, {@link TokenBatch#withTokenIds}; ids outside the table are an error. */
  TOKEN_ID {
    @Override
    int[] keys(TokenBatch input, int vocabulary) {
      int[] ids = input.requireTokenIds("HashKey.TOKEN_ID");
      for (int t = 0; t < ids.length; t++) {
        if (input.mask().valid(t) && (ids[t] < 0 || ids[t] >= vocabulary)) {
          Require.that(
              false, "token id of token %d must be in [0, %d) but was %d", t, vocabulary, ids[t]);
        }
      }
      return ids;
    }
  },
  /** Its index within its sequence, padding counted, modulo the size of the table. */
  POSITION {
    @Override
    int[] keys(TokenBatch input, int vocabulary) {
      int[] positions = new int[input.tokens()];
      for (int t = 0; t < positions.length; t++) {
        positions[t] = t % input.sequenceLength() % vocabulary;
      }
      return positions;
    }
  };

  /** Row of the table for each token [T]; those of padding may be anything. */
  abstract int[] keys(TokenBatch input, int vocabulary);
}
