package io.github.moe4j.fuzz.api;

import io.github.moe4j.fuzz.Tally;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes calls and judges how they end: a call with right arguments must not fail, one with wrong arguments must be
 * refused by this library with a message, and a refusal must change nothing.
 */
final class Calls {
  private final Tally tally;

  Calls(Tally tally) {
    this.tally = tally;
  }

  /** A call that must succeed. */
  <T> T accepted(String what, Supplier<T> call) {
    T result;
    try {
      result = call.get();
    } catch (RuntimeException e) {
      throw new AssertionError(what + " must succeed but was refused: " + e, e);
    }
    tally.add("accepted");
    return result;
  }

  /** The same without a result. */
  void accepted(String what, Runnable call) {
    accepted(what, supplier(call));
  }

  /** A call that must be refused and change nothing. */
  void refused(String what, Snapshot unchanged, Runnable call) {
    if (either(what, unchanged, supplier(call)).isPresent()) {
      throw new AssertionError(what + " must be refused but was accepted");
    }
  }

  /** A call that may succeed or be refused; empty if it was refused. */
  <T> Optional<T> either(String what, Snapshot unchanged, Supplier<T> call) {
    T result;
    try {
      result = call.get();
    } catch (IllegalArgumentException
        | IllegalStateException
        | UnsupportedOperationException
        | ArithmeticException e) {
      requireOurs(what, e);
      unchanged.requireUnchanged(what);
      tally.add("refused");
      return Optional.empty();
    } catch (RuntimeException e) {
      throw new AssertionError(what + " must be refused by a check but failed: " + e, e);
    }
    tally.add("accepted");
    return Optional.of(result);
  }

  /** Something was compared with its reference. */
  void compared(String what) {
    tally.note(what + " compared");
  }

  private static Supplier<Boolean> supplier(Runnable call) {
    return () -> {
      call.run();
      return true;
    };
  }

  /** Thrown by the library's own check, not by something below it that happens to throw the same type. */
  private static void requireOurs(String what, RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    boolean ours = trace.length > 0 && trace[0].getClassName().startsWith("io.github.moe4j.");
    String message = String.valueOf(e.getMessage());
    if (!ours || message.isBlank() || message.equals("null")) {
      throw new AssertionError(
          what + " must be refused by a check of the library, with a message, but failed: " + e, e);
    }
  }
}
