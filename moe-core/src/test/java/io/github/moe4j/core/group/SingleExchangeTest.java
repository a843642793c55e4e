package io.github.moe4j.core.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SingleExchangeTest {
  @Test
  void among_afterFailure_refusedWithItsFirstCause() {
    SingleExchange exchange = new SingleExchange();
    IllegalStateException cause = new IllegalStateException("out of luck");
    exchange.abort(cause);
    exchange.abort(new IllegalStateException("later"));

    GroupException failure = assertThrows(
        GroupException.class, () -> exchange.among(new int[] {0}, new Exchange.Call(0, "split")));

    assertEquals(
        "rank 0 failed: java.lang.IllegalStateException: out of luck", failure.getMessage());
    assertSame(cause, failure.getCause());
  }
}
