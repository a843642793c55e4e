package io.github.moe4j.fuzz.frames;

import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.Shown;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a rank may make of what the others send, by the reference. */
final class Expectation {
  private final Script script;
  private final Map<Integer, Reading> readings = new TreeMap<>();
  private final boolean isSilentAtEnd;
  private final boolean mustComplete;

  Expectation(Script script, Map<Integer, byte[]> streams, boolean isSilentAtEnd) {
    this.script = script;
    this.isSilentAtEnd = isSilentAtEnd;
    List<Round> rounds = script.rounds();
    streams.forEach((r, stream) -> readings.put(r, new Reading(stream, isSilentAtEnd, r, rounds)));
    this.mustComplete = readings.values().stream()
        .allMatch(reading -> reading.right() == rounds.size() && reading.endsWell());
  }

  /**
   * Checks the numbers of an operation that was completed.
   *
   * @return whether those that follow are known
   */
  boolean requireRight(int operation, long... numbers) {
    int first = 0;
    for (int i = 0; i < operation; i++) {
      first += script.operations().get(i).rounds().size();
    }
    Operation done = script.operations().get(operation);
    List<Round> rounds = done.rounds();
    List<byte[][]> received = new ArrayList<>();
    boolean isAsSent = true;
    for (int i = 0; i < rounds.size(); i++) {
      byte[][] all = new byte[script.size()][];
      for (Map.Entry<Integer, Reading> other : readings.entrySet()) {
        if (other.getValue().right() <= first + i) {
          throw new AssertionError("%s must be refused because of rank %d but was completed"
              .formatted(rounds.get(i).said(), other.getKey()));
        }
        int rank = other.getKey();
        all[rank] = other.getValue().payload(first + i);
        isAsSent &= !rounds.get(i).concerns(rank)
            || Arrays.equals(all[rank], rounds.get(i).sent()[rank]);
      }
      received.add(all);
    }
    if (done.decides() && !isAsSent) {
      return false;
    }
    long[] right = done.expected(received);
    if (!Arrays.equals(right, numbers)) {
      throw new AssertionError("%s must give %s but gave %s"
          .formatted(rounds.get(0).said(), Arrays.toString(right), Arrays.toString(numbers)));
    }
    return true;
  }

  /** Checks that there is a reason, and the error. */
  void requireRefusal(GroupException error, int liar) {
    String message = String.valueOf(error.getMessage());
    boolean isOfNetwork = error.getCause() == null || error.getCause() instanceof IOException;
    boolean isLate = message.contains("did not come to");
    boolean isClear = message.startsWith("rank") && message.equals(Shown.escaped(message));
    if (mustComplete || !isOfNetwork || !isClear || isLate && !isSilentAtEnd) {
      throw new AssertionError(
          "%s of rank %d but failed: %s"
              .formatted(
                  mustComplete
                      ? "all is right and must be completed in spite"
                      : "must be refused at once because",
                  liar,
                  error),
          error);
    }
  }
}
